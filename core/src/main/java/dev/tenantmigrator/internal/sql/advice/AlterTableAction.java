package dev.tenantmigrator.internal.sql.advice;

import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import java.util.Optional;
import java.util.Set;

/**
 * The cost of one action of {@code ALTER TABLE} (PostgreSQL documentation, "ALTER TABLE", "Notes"). An unknown action
 * counts as taking the strongest lock, as most of them do.
 *
 * @param shown the first words of the action
 * @param blocks the statements that the lock on the table blocks
 * @param rewrite why the action rewrites the table, if it does
 * @param loss the data that it deletes, if any
 * @param other another table that it locks
 * @param otherBlocks the statements that the lock on the other table blocks
 */
record AlterTableAction(
        String shown,
        Blocked blocks,
        Optional<String> rewrite,
        Optional<String> loss,
        Optional<String> other,
        Blocked otherBlocks) {

    /** The statements of others that wait for a lock. */
    enum Blocked {
        NONE,
        WRITES,
        READS_AND_WRITES
    }

    /**
     * Functions that PostgreSQL evaluates once for all existing rows. Any other may be volatile, and then PostgreSQL
     * rewrites the table.
     */
    private static final Set<String> NOT_VOLATILE = Set.of(
            "now",
            "transaction_timestamp",
            "statement_timestamp",
            "current_setting",
            "current_schema",
            "date_trunc",
            "to_timestamp",
            "make_interval",
            "lower",
            "upper",
            "concat",
            "coalesce",
            "nullif",
            "cast",
            "array",
            "to_jsonb",
            "json_build_object",
            "jsonb_build_object",
            "json_build_array",
            "jsonb_build_array",
            "numeric",
            "decimal",
            "varchar",
            "char",
            "character",
            "bpchar",
            "varying",
            "bit",
            "timestamp",
            "timestamptz",
            "time",
            "interval",
            "float",
            "current_timestamp",
            "localtimestamp",
            "current_time",
            "localtime",
            "timezone");

    /** Pseudo-types that give each row a number. */
    private static final Set<String> SERIAL =
            Set.of("serial", "bigserial", "smallserial", "serial2", "serial4", "serial8");

    /** Keywords that end the expression of a {@code DEFAULT}. */
    private static final String[] COLUMN_CONSTRAINTS = {
        "NOT", "NULL", "CHECK", "UNIQUE", "PRIMARY", "REFERENCES", "CONSTRAINT", "GENERATED", "COLLATE"
    };

    /** Reads the action at the cursor, up to the comma behind it. */
    static AlterTableAction take(Statement statement, StatementCursor cursor) {
        int from = cursor.token();
        int depth = 0;
        Tokens tokens = statement.tokens();
        while (!cursor.atEnd() && !(depth == 0 && tokens.isSymbol(cursor.token(), ','))) {
            boolean opens = tokens.isSymbol(cursor.token(), '(') || tokens.isSymbol(cursor.token(), '[');
            boolean closes = tokens.isSymbol(cursor.token(), ')') || tokens.isSymbol(cursor.token(), ']');
            depth += opens ? 1 : closes ? -1 : 0;
            cursor.skip();
        }
        int last = tokens.previous(cursor.token());
        return last < from
                ? of("ALTER TABLE", Blocked.READS_AND_WRITES)
                : of(new Statement(tokens, from, last + 1, statement.line()));
    }

    private static AlterTableAction of(Statement action) {
        StatementCursor cursor = action.cursor();
        if (cursor.take("ADD")) {
            return add(action, cursor);
        } else if (cursor.take("DROP")) {
            return drop(cursor);
        } else if (cursor.take("VALIDATE", "CONSTRAINT")) {
            return of("VALIDATE CONSTRAINT", Blocked.NONE);
        } else if (cursor.take("CLUSTER", "ON") || cursor.take("SET", "WITHOUT", "CLUSTER")) {
            return of("CLUSTER ON", Blocked.NONE);
        } else if (cursor.take("ATTACH", "PARTITION")) {
            return of("ATTACH PARTITION", Blocked.NONE).and(cursor.takeUnqualifiedName(), Blocked.READS_AND_WRITES);
        } else if (cursor.take("DETACH", "PARTITION")) {
            String partition = cursor.takeUnqualifiedName();
            return cursor.takeAny("CONCURRENTLY", "FINALIZE")
                    ? of("DETACH PARTITION", Blocked.NONE)
                    : of("DETACH PARTITION", Blocked.READS_AND_WRITES).and(partition, Blocked.READS_AND_WRITES);
        } else if (cursor.takeAny("ENABLE", "DISABLE")) {
            cursor.takeAny("REPLICA", "ALWAYS");
            return cursor.take("TRIGGER")
                    ? of("ENABLE or DISABLE TRIGGER", Blocked.WRITES)
                    : of("ALTER TABLE", Blocked.READS_AND_WRITES);
        } else if (cursor.take("ALTER", "CONSTRAINT")) {
            return of("ALTER CONSTRAINT", Blocked.READS_AND_WRITES);
        } else if (cursor.take("ALTER")) {
            cursor.take("COLUMN");
            cursor.skip();
            return alterColumn(cursor);
        } else if (cursor.takeAny("SET", "RESET")) {
            return set(cursor);
        }
        return of(cursor.take("RENAME") ? "RENAME" : "ALTER TABLE", Blocked.READS_AND_WRITES);
    }

    private static AlterTableAction add(Statement action, StatementCursor cursor) {
        boolean named = cursor.take("CONSTRAINT");
        if (named) {
            cursor.skip();
        }
        if (cursor.take("FOREIGN", "KEY")) {
            return of("ADD FOREIGN KEY", Blocked.WRITES).and(referenced(cursor), Blocked.WRITES);
        } else if (named || isConstraint(cursor)) {
            boolean unchecked = contains(action, "NOT", "VALID") || contains(action, "USING", "INDEX");
            String shown = unchecked ? "ADD CONSTRAINT" : "ADD CONSTRAINT, which reads the whole table,";
            return of(shown, Blocked.READS_AND_WRITES);
        }
        cursor.take("COLUMN");
        cursor.take("IF", "NOT", "EXISTS");
        cursor.skip();
        AlterTableAction added = of("ADD COLUMN", Blocked.READS_AND_WRITES);
        Optional<String> rewrite = rewriteForColumn(cursor);
        String referenced = referenced(action.cursor());
        return new AlterTableAction(
                added.shown,
                added.blocks,
                rewrite,
                Optional.empty(),
                Optional.of(referenced).filter(name -> !name.isEmpty()),
                Blocked.WRITES);
    }

    private static boolean isConstraint(StatementCursor cursor) {
        return cursor.take("PRIMARY", "KEY")
                || cursor.take("CHECK")
                || cursor.take("UNIQUE")
                || cursor.take("EXCLUDE")
                || cursor.take("NOT", "NULL");
    }

    private static Optional<String> rewriteForColumn(StatementCursor cursor) {
        String type = cursor.takeName();
        if (SERIAL.contains(type)) {
            return Optional.of("each row gets a number in the new column, so the table is rewritten");
        }
        for (; !cursor.atEnd(); cursor.skip()) {
            if (cursor.take("GENERATED")) {
                boolean identity = cursor.skipPast("IDENTITY", "STORED");
                return identity
                        ? Optional.of("each row gets a value in the new column, so the table is rewritten")
                        : Optional.empty();
            }
            if (cursor.take("DEFAULT")) {
                return volatileDefault(cursor);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> volatileDefault(StatementCursor cursor) {
        String name = "";
        int depth = 0;
        while (!cursor.atEnd()) {
            if (depth == 0 && cursor.takeAny(COLUMN_CONSTRAINTS)) {
                return Optional.empty();
            }
            if (cursor.takeSymbol('(')) {
                depth++;
                if (!name.isEmpty() && !NOT_VOLATILE.contains(name)) {
                    return Optional.of("the default calls " + name
                            + "() for each row, so the table is rewritten unless the function is declared stable or"
                            + " immutable");
                }
                name = "";
            } else if (cursor.takeSymbol(')')) {
                depth--;
                name = "";
            } else {
                String token = cursor.takeName();
                name = !token.isEmpty() && Character.isJavaIdentifierStart(token.codePointAt(0)) ? token : "";
            }
        }
        return Optional.empty();
    }

    private static AlterTableAction drop(StatementCursor cursor) {
        if (cursor.take("CONSTRAINT")) {
            return of("DROP CONSTRAINT, for a foreign key on the referenced table as well,", Blocked.READS_AND_WRITES);
        }
        cursor.take("COLUMN");
        cursor.take("IF", "EXISTS");
        String column = cursor.takeName();
        return of("DROP COLUMN", Blocked.READS_AND_WRITES).losing("DROP COLUMN removes the values of column " + column);
    }

    private static AlterTableAction alterColumn(StatementCursor cursor) {
        if (cursor.take("SET", "STATISTICS") || cursor.take("RESET")) {
            return of("SET STATISTICS", Blocked.NONE);
        } else if (cursor.take("SET", "NOT", "NULL")) {
            return of(
                    "SET NOT NULL, which reads the whole table unless a valid CHECK constraint proves it,",
                    Blocked.READS_AND_WRITES);
        } else if (cursor.take("SET", "EXPRESSION")) {
            return of("SET EXPRESSION", Blocked.READS_AND_WRITES)
                    .rewriting("SET EXPRESSION computes a new value for each row, so the table is rewritten");
        } else if (cursor.take("TYPE") || cursor.take("SET", "DATA", "TYPE")) {
            return of("ALTER COLUMN TYPE", Blocked.READS_AND_WRITES)
                    .rewriting(
                            "ALTER COLUMN TYPE may rewrite the table with its indexes; it does not where the new type"
                                    + " stores the old values unchanged, as from varchar(10) to varchar(20) or text");
        } else if (cursor.take("SET")) {
            boolean options = cursor.takeSymbol('(');
            return of("ALTER COLUMN SET", options ? Blocked.NONE : Blocked.READS_AND_WRITES);
        }
        return of("ALTER COLUMN", Blocked.READS_AND_WRITES);
    }

    private static AlterTableAction set(StatementCursor cursor) {
        if (cursor.takeAny("LOGGED", "UNLOGGED")) {
            return of("SET LOGGED or UNLOGGED", Blocked.READS_AND_WRITES)
                    .rewriting("SET LOGGED and SET UNLOGGED rewrite the table");
        } else if (cursor.take("TABLESPACE")) {
            return of("SET TABLESPACE", Blocked.READS_AND_WRITES).rewriting("SET TABLESPACE copies the table");
        } else if (cursor.take("ACCESS", "METHOD")) {
            return of("SET ACCESS METHOD", Blocked.READS_AND_WRITES).rewriting("SET ACCESS METHOD rewrites the table");
        } else if (cursor.takeSymbol('(')) {
            boolean strongest = cursor.take("USER_CATALOG_TABLE");
            return of("SET (…)", strongest ? Blocked.READS_AND_WRITES : Blocked.NONE);
        }
        return of("SET", Blocked.READS_AND_WRITES);
    }

    private static String referenced(StatementCursor cursor) {
        return cursor.skipPast("REFERENCES") ? cursor.takeUnqualifiedName() : "";
    }

    private static boolean contains(Statement action, String... words) {
        for (StatementCursor cursor = action.cursor(); !cursor.atEnd(); cursor.skip()) {
            if (cursor.take(words)) {
                return true;
            }
        }
        return false;
    }

    private static AlterTableAction of(String shown, Blocked blocks) {
        return new AlterTableAction(shown, blocks, Optional.empty(), Optional.empty(), Optional.empty(), Blocked.NONE);
    }

    private AlterTableAction and(String table, Blocked otherTableBlocks) {
        return new AlterTableAction(shown, blocks, rewrite, loss, Optional.of(table), otherTableBlocks);
    }

    private AlterTableAction rewriting(String why) {
        return new AlterTableAction(shown, blocks, Optional.of(why), loss, other, otherBlocks);
    }

    private AlterTableAction losing(String what) {
        return new AlterTableAction(shown, blocks, rewrite, Optional.of(what), other, otherBlocks);
    }
}
