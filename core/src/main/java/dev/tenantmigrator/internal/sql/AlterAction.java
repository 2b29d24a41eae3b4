package dev.tenantmigrator.internal.sql;

import java.util.Optional;
import java.util.Set;

/**
 * What one action of {@code ALTER TABLE} costs (PostgreSQL documentation, "ALTER TABLE", "Notes"). An action that is not
 * known here takes the strongest lock, as most do.
 *
 * @param shown its first words
 * @param lock who waits for the table
 * @param rewrite why the table is written anew, if it is
 * @param loss which data goes, if any
 * @param other another table that it locks
 * @param otherLock who waits for that
 */
record AlterAction(
        String shown,
        Level lock,
        Optional<String> rewrite,
        Optional<String> loss,
        Optional<String> other,
        Level otherLock) {

    /** Who waits. */
    enum Level {
        NEITHER_WAITS,
        WRITERS_WAIT,
        READERS_WAIT
    }

    /** Evaluated once for all rows that are there; any other function may be volatile, and then each row is written. */
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

    private static final Set<String> SERIAL =
            Set.of("serial", "bigserial", "smallserial", "serial2", "serial4", "serial8");

    private static final String[] COLUMN_CONSTRAINTS = {
        "NOT", "NULL", "CHECK", "UNIQUE", "PRIMARY", "REFERENCES", "CONSTRAINT", "GENERATED", "COLLATE"
    };

    /** Reads the action at the cursor, up to the comma behind it. */
    static AlterAction take(Statement statement, Cursor cursor) {
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
                ? of("ALTER TABLE", Level.READERS_WAIT)
                : of(new Statement(tokens, from, last + 1, statement.line()));
    }

    private static AlterAction of(Statement action) {
        Cursor cursor = action.cursor();
        if (cursor.take("ADD")) {
            return add(action, cursor);
        } else if (cursor.take("DROP")) {
            return drop(cursor);
        } else if (cursor.take("VALIDATE", "CONSTRAINT")) {
            return of("VALIDATE CONSTRAINT", Level.NEITHER_WAITS);
        } else if (cursor.take("CLUSTER", "ON") || cursor.take("SET", "WITHOUT", "CLUSTER")) {
            return of("CLUSTER ON", Level.NEITHER_WAITS);
        } else if (cursor.take("ATTACH", "PARTITION")) {
            return of("ATTACH PARTITION", Level.NEITHER_WAITS).and(TableName.take(cursor), Level.READERS_WAIT);
        } else if (cursor.take("DETACH", "PARTITION")) {
            String partition = TableName.take(cursor);
            return cursor.takeAny("CONCURRENTLY", "FINALIZE")
                    ? of("DETACH PARTITION", Level.NEITHER_WAITS)
                    : of("DETACH PARTITION", Level.READERS_WAIT).and(partition, Level.READERS_WAIT);
        } else if (cursor.takeAny("ENABLE", "DISABLE")) {
            cursor.takeAny("REPLICA", "ALWAYS");
            return cursor.take("TRIGGER")
                    ? of("ENABLE or DISABLE TRIGGER", Level.WRITERS_WAIT)
                    : of("ALTER TABLE", Level.READERS_WAIT);
        } else if (cursor.take("ALTER", "CONSTRAINT")) {
            return of("ALTER CONSTRAINT", Level.READERS_WAIT);
        } else if (cursor.take("ALTER")) {
            cursor.take("COLUMN");
            cursor.skip();
            return alterColumn(cursor);
        } else if (cursor.takeAny("SET", "RESET")) {
            return set(cursor);
        }
        return of(cursor.take("RENAME") ? "RENAME" : "ALTER TABLE", Level.READERS_WAIT);
    }

    private static AlterAction add(Statement action, Cursor cursor) {
        boolean named = cursor.take("CONSTRAINT");
        if (named) {
            cursor.skip();
        }
        if (cursor.take("FOREIGN", "KEY")) {
            return of("ADD FOREIGN KEY", Level.WRITERS_WAIT).and(referenced(cursor), Level.WRITERS_WAIT);
        } else if (named || isConstraint(cursor)) {
            boolean unchecked = contains(action, "NOT", "VALID") || contains(action, "USING", "INDEX");
            String shown = unchecked ? "ADD CONSTRAINT" : "ADD CONSTRAINT, which reads the whole table,";
            return of(shown, Level.READERS_WAIT);
        }
        cursor.take("COLUMN");
        cursor.take("IF", "NOT", "EXISTS");
        cursor.skip();
        AlterAction added = of("ADD COLUMN", Level.READERS_WAIT);
        Optional<String> rewrite = rewriteForColumn(cursor);
        String referenced = referenced(action.cursor());
        return new AlterAction(
                added.shown,
                added.lock,
                rewrite,
                Optional.empty(),
                Optional.of(referenced).filter(name -> !name.isEmpty()),
                Level.WRITERS_WAIT);
    }

    private static boolean isConstraint(Cursor cursor) {
        return cursor.take("PRIMARY", "KEY")
                || cursor.take("CHECK")
                || cursor.take("UNIQUE")
                || cursor.take("EXCLUDE")
                || cursor.take("NOT", "NULL");
    }

    private static Optional<String> rewriteForColumn(Cursor cursor) {
        String type = cursor.takeName();
        if (SERIAL.contains(type)) {
            return Optional.of("each row gets a number of the new column, so the table is written anew");
        }
        for (; !cursor.atEnd(); cursor.skip()) {
            if (cursor.take("GENERATED")) {
                boolean identity = contains(cursor, "IDENTITY", "STORED");
                return identity
                        ? Optional.of("each row gets a value of the new column, so the table is written anew")
                        : Optional.empty();
            }
            if (cursor.take("DEFAULT")) {
                return volatileDefault(cursor);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> volatileDefault(Cursor cursor) {
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
                            + "() for each row, so the table is written anew unless the function is declared stable or"
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

    private static AlterAction drop(Cursor cursor) {
        if (cursor.take("CONSTRAINT")) {
            return of("DROP CONSTRAINT, of a foreign key on the table it refers to as well,", Level.READERS_WAIT);
        }
        cursor.take("COLUMN");
        cursor.take("IF", "EXISTS");
        String column = cursor.takeName();
        return of("DROP COLUMN", Level.READERS_WAIT).losing("DROP COLUMN removes the values of column " + column);
    }

    private static AlterAction alterColumn(Cursor cursor) {
        if (cursor.take("SET", "STATISTICS") || cursor.take("RESET")) {
            return of("SET STATISTICS", Level.NEITHER_WAITS);
        } else if (cursor.take("SET", "NOT", "NULL")) {
            return of(
                    "SET NOT NULL, which reads the whole table unless a valid CHECK constraint says the same,",
                    Level.READERS_WAIT);
        } else if (cursor.take("SET", "EXPRESSION")) {
            return of("SET EXPRESSION", Level.READERS_WAIT)
                    .rewriting("SET EXPRESSION computes each row anew, so the table is written anew");
        } else if (cursor.take("TYPE") || cursor.take("SET", "DATA", "TYPE")) {
            return of("ALTER COLUMN TYPE", Level.READERS_WAIT)
                    .rewriting("ALTER COLUMN TYPE may write the table anew with its indexes; it does not where the old"
                            + " values are the same in the new type, as from varchar(10) to varchar(20) or text");
        } else if (cursor.take("SET")) {
            boolean options = cursor.takeSymbol('(');
            return of("ALTER COLUMN SET", options ? Level.NEITHER_WAITS : Level.READERS_WAIT);
        }
        return of("ALTER COLUMN", Level.READERS_WAIT);
    }

    private static AlterAction set(Cursor cursor) {
        if (cursor.takeAny("LOGGED", "UNLOGGED")) {
            return of("SET LOGGED or UNLOGGED", Level.READERS_WAIT)
                    .rewriting("SET LOGGED and SET UNLOGGED write the table anew");
        } else if (cursor.take("TABLESPACE")) {
            return of("SET TABLESPACE", Level.READERS_WAIT).rewriting("SET TABLESPACE copies the table");
        } else if (cursor.take("ACCESS", "METHOD")) {
            return of("SET ACCESS METHOD", Level.READERS_WAIT).rewriting("SET ACCESS METHOD writes the table anew");
        } else if (cursor.takeSymbol('(')) {
            boolean strongest = cursor.take("USER_CATALOG_TABLE");
            return of("SET (…)", strongest ? Level.READERS_WAIT : Level.NEITHER_WAITS);
        }
        return of("SET", Level.READERS_WAIT);
    }

    private static String referenced(Cursor cursor) {
        for (; !cursor.atEnd(); cursor.skip()) {
            if (cursor.take("REFERENCES")) {
                return TableName.take(cursor);
            }
        }
        return "";
    }

    private static boolean contains(Statement action, String... words) {
        for (Cursor cursor = action.cursor(); !cursor.atEnd(); cursor.skip()) {
            if (cursor.take(words)) {
                return true;
            }
        }
        return false;
    }

    private static boolean contains(Cursor cursor, String... anyOf) {
        for (; !cursor.atEnd(); cursor.skip()) {
            if (cursor.takeAny(anyOf)) {
                return true;
            }
        }
        return false;
    }

    private static AlterAction of(String shown, Level lock) {
        return new AlterAction(shown, lock, Optional.empty(), Optional.empty(), Optional.empty(), Level.NEITHER_WAITS);
    }

    private AlterAction and(String table, Level level) {
        return new AlterAction(shown, lock, rewrite, loss, Optional.of(table), level);
    }

    private AlterAction rewriting(String why) {
        return new AlterAction(shown, lock, Optional.of(why), loss, other, otherLock);
    }

    private AlterAction losing(String what) {
        return new AlterAction(shown, lock, rewrite, Optional.of(what), other, otherLock);
    }
}
