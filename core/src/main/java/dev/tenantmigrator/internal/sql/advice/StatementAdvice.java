package dev.tenantmigrator.internal.sql.advice;

import dev.tenantmigrator.internal.sql.advice.AlterTableAction.Blocked;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.report.ScriptNote;
import dev.tenantmigrator.report.ScriptNote.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Says what a statement costs the users of its tables: whether readers or writers wait, whether a table is rewritten,
 * whether data is deleted (PostgreSQL documentation, "Explicit Locking" and "ALTER TABLE"). Takes the statements in the
 * order of the script, because nobody waits for a table that the script itself creates. Does not look into the code of
 * {@code DO} and of functions.
 */
final class StatementAdvice {

    /** Modes of {@code LOCK TABLE} that conflict with writing but not with reading. */
    private static final Set<String> WRITE_BLOCKING_MODES = Set.of("share", "share row exclusive", "exclusive");

    /** Tables and indexes that earlier statements of the script created. */
    private final Set<String> created = new HashSet<>();

    /** The notes on the next statement of the script. */
    List<ScriptNote> next(Statement statement) {
        Notes notes = new Notes(statement.line());
        StatementCursor cursor = statement.cursor();
        if (cursor.take("ALTER", "TABLE")) {
            alterTable(statement, cursor, notes);
        } else if (cursor.take("CREATE")) {
            create(statement, cursor, notes);
        } else if (cursor.take("DROP")) {
            drop(cursor, notes);
        } else if (cursor.take("TRUNCATE")) {
            cursor.take("TABLE");
            cursor.take("ONLY");
            String table = cursor.takeUnqualifiedName();
            lock(notes, Blocked.READS_AND_WRITES, table, "TRUNCATE");
            dropsData(notes, table, "TRUNCATE removes all rows");
        } else if (cursor.take("DELETE", "FROM")) {
            cursor.take("ONLY");
            String table = cursor.takeUnqualifiedName();
            if (!cursor.skipPast("WHERE")) {
                dropsData(notes, table, "DELETE without WHERE removes all rows");
            }
        } else if (cursor.take("ALTER", "POLICY") || cursor.take("ALTER", "TRIGGER")) {
            lock(notes, Blocked.READS_AND_WRITES, tableBehind("ON", cursor), "this");
        } else if (cursor.take("REINDEX")) {
            reindex(cursor, notes);
        } else if (cursor.take("CLUSTER")) {
            cursor.take("VERBOSE");
            String table = cursor.takeUnqualifiedName();
            lock(notes, Blocked.READS_AND_WRITES, table, "CLUSTER");
            rewrites(notes, table, "CLUSTER rewrites the table");
        } else if (cursor.take("VACUUM")) {
            vacuum(cursor, notes);
        } else if (cursor.take("REFRESH", "MATERIALIZED", "VIEW") && !cursor.take("CONCURRENTLY")) {
            lock(notes, Blocked.READS_AND_WRITES, cursor.takeUnqualifiedName(), "REFRESH");
        } else if (cursor.take("LOCK")) {
            lockTable(cursor, notes);
        }
        return notes.notes;
    }

    private void alterTable(Statement statement, StatementCursor cursor, Notes notes) {
        cursor.take("IF", "EXISTS");
        cursor.take("ONLY");
        if (cursor.take("ALL", "IN")) {
            return;
        }
        String table = cursor.takeUnqualifiedName();
        if (isCreated(table) && cursor.take("RENAME", "TO")) {
            created.add(cursor.takeUnqualifiedName());
            return;
        }
        cursor.takeSymbol('*');
        do {
            AlterTableAction action = AlterTableAction.take(statement, cursor);
            lock(notes, action.blocks(), table, action.shown());
            action.rewrite().ifPresent(message -> rewrites(notes, table, message));
            action.loss().ifPresent(message -> dropsData(notes, table, message));
            action.other().ifPresent(other -> lock(notes, action.otherBlocks(), other, action.shown()));
        } while (cursor.takeSymbol(','));
    }

    private void create(Statement statement, StatementCursor cursor, Notes notes) {
        if (cursor.take("UNIQUE", "INDEX") || cursor.take("INDEX")) {
            boolean concurrently = cursor.take("CONCURRENTLY");
            cursor.take("IF", "NOT", "EXISTS");
            String index = cursor.take("ON") ? "" : cursor.takeUnqualifiedName();
            cursor.take("ON");
            cursor.take("ONLY");
            String table = cursor.takeUnqualifiedName();
            if (isCreated(table)) {
                created.add(index);
            } else if (!concurrently) {
                lock(notes, Blocked.WRITES, table, "CREATE INDEX");
            }
            return;
        }
        cursor.take("OR", "REPLACE");
        if (cursor.take("RULE") || cursor.take("POLICY")) {
            boolean rule = statement.startsWith("CREATE", "RULE") || statement.startsWith("CREATE", "OR", "REPLACE");
            lock(
                    notes,
                    Blocked.READS_AND_WRITES,
                    tableBehind(rule ? "TO" : "ON", cursor),
                    rule ? "CREATE RULE" : "CREATE POLICY");
        } else if (cursor.take("CONSTRAINT", "TRIGGER") || cursor.take("TRIGGER")) {
            String table = tableBehind("ON", cursor);
            lock(notes, Blocked.WRITES, table, "CREATE TRIGGER");
        } else {
            createTable(cursor, notes);
        }
    }

    private void createTable(StatementCursor cursor, Notes notes) {
        cursor.takeAny("GLOBAL", "LOCAL");
        cursor.takeAny("TEMPORARY", "TEMP", "UNLOGGED");
        boolean view = cursor.take("MATERIALIZED", "VIEW");
        if (!view && !cursor.take("TABLE")) {
            return;
        }
        boolean mayExist = cursor.take("IF", "NOT", "EXISTS");
        String table = cursor.takeUnqualifiedName();
        if (!mayExist) {
            created.add(table);
        }
        if (cursor.take("PARTITION", "OF")) {
            lock(notes, Blocked.READS_AND_WRITES, cursor.takeUnqualifiedName(), "CREATE TABLE … PARTITION OF");
        }
        for (; !cursor.atEnd(); cursor.skip()) {
            while (cursor.take("REFERENCES")) {
                String referenced = cursor.takeUnqualifiedName();
                if (!referenced.equals(table)) {
                    lock(notes, Blocked.WRITES, referenced, "a foreign key to it");
                }
            }
        }
    }

    private void drop(StatementCursor cursor, Notes notes) {
        if (cursor.take("TABLE")) {
            cursor.take("IF", "EXISTS");
            do {
                String table = cursor.takeUnqualifiedName();
                lock(
                        notes,
                        Blocked.READS_AND_WRITES,
                        table,
                        "DROP TABLE, on the tables that its foreign keys refer to or that it is a partition of as well,");
                dropsData(notes, table, "DROP TABLE removes the table with its rows");
                created.remove(table);
            } while (cursor.takeSymbol(','));
        } else if (cursor.take("INDEX")) {
            if (!cursor.take("CONCURRENTLY")) {
                cursor.take("IF", "EXISTS");
                String index = cursor.takeUnqualifiedName();
                lock(notes, Blocked.READS_AND_WRITES, index, "DROP INDEX, on its table as well,");
            }
        } else if (cursor.take("TRIGGER") || cursor.take("POLICY") || cursor.take("RULE")) {
            lock(notes, Blocked.READS_AND_WRITES, tableBehind("ON", cursor), "this");
        } else if (cursor.take("OWNED") || cursor.take("SCHEMA")) {
            notes.add(Kind.DROPS_DATA, "this removes tables with their rows");
        } else if ((cursor.take("TYPE") || cursor.take("DOMAIN")) && cursor.skipPast("CASCADE")) {
            notes.add(Kind.DROPS_DATA, "CASCADE removes the columns of this type with their values");
        }
    }

    private void reindex(StatementCursor cursor, Notes notes) {
        cursor.skipParentheses();
        cursor.takeAny("INDEX", "TABLE");
        if (!cursor.take("CONCURRENTLY")) {
            String name = cursor.takeUnqualifiedName();
            lock(
                    notes,
                    Blocked.READS_AND_WRITES,
                    name,
                    "REINDEX, because every query opens the indexes of its tables,");
        }
    }

    private void vacuum(StatementCursor cursor, Notes notes) {
        boolean full = cursor.take("FULL");
        if (cursor.takeSymbol('(')) {
            while (!cursor.atEnd() && !cursor.takeSymbol(')')) {
                if (cursor.take("FULL")) {
                    full = true;
                } else {
                    cursor.skip();
                }
            }
        }
        if (full) {
            while (cursor.takeAny("FREEZE", "VERBOSE", "ANALYZE")) {}
            String table = cursor.takeUnqualifiedName();
            lock(notes, Blocked.READS_AND_WRITES, table, "VACUUM FULL");
            rewrites(notes, table, "VACUUM FULL rewrites the table");
        }
    }

    private void lockTable(StatementCursor cursor, Notes notes) {
        cursor.take("TABLE");
        cursor.take("ONLY");
        String table = cursor.takeUnqualifiedName();
        StringBuilder mode = new StringBuilder();
        for (boolean in = false; !cursor.atEnd() && !cursor.take("MODE"); ) {
            if (cursor.take("IN")) {
                in = true;
            } else if (in) {
                mode.append(mode.isEmpty() ? "" : " ").append(cursor.takeName());
            } else {
                cursor.skip();
            }
        }
        String name = mode.toString().toLowerCase(Locale.ROOT);
        if (name.isEmpty() || name.equals("access exclusive")) {
            lock(notes, Blocked.READS_AND_WRITES, table, "LOCK TABLE");
        } else if (WRITE_BLOCKING_MODES.contains(name)) {
            lock(notes, Blocked.WRITES, table, "LOCK TABLE");
        }
    }

    private boolean isCreated(String table) {
        return created.contains(table);
    }

    private void lock(Notes notes, Blocked blocked, String table, String what) {
        if (blocked == Blocked.NONE || table.isEmpty() || isCreated(table)) {
            return;
        }
        boolean reads = blocked == Blocked.READS_AND_WRITES;
        notes.add(
                reads ? Kind.BLOCKS_READS : Kind.BLOCKS_WRITES,
                table + ": " + what + " makes " + (reads ? "readers and writers" : "writers")
                        + " wait until the migration is committed");
    }

    private void rewrites(Notes notes, String table, String message) {
        if (!isCreated(table)) {
            notes.add(Kind.REWRITES_TABLE, table + ": " + message);
        }
    }

    private void dropsData(Notes notes, String table, String message) {
        if (!isCreated(table)) {
            notes.add(Kind.DROPS_DATA, table + ": " + message);
        }
    }

    private static String tableBehind(String keyword, StatementCursor cursor) {
        return cursor.skipPast(keyword) ? cursor.takeUnqualifiedName() : "";
    }

    /** The notes on one statement, each once, however many parts of the statement cause it. */
    private static final class Notes {

        private final int line;
        private final List<ScriptNote> notes = new ArrayList<>();
        private final Set<String> seen = new HashSet<>();

        Notes(int line) {
            this.line = line;
        }

        void add(Kind kind, String message) {
            if (seen.add(kind + message)) {
                notes.add(new ScriptNote(kind, line, message));
            }
        }
    }
}
