package dev.tenantmigrator.internal.sql;

import dev.tenantmigrator.report.ScriptNote;
import dev.tenantmigrator.report.ScriptNote.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a statement costs those who use its tables meanwhile: whether readers or writers wait, whether a table is written
 * anew, whether data goes (PostgreSQL documentation, "Explicit Locking" and "ALTER TABLE"). Statements are asked in the
 * order of the script, because nobody waits for a table that the script itself makes. What code does, in {@code DO} and in
 * functions, is not looked at.
 */
final class StatementAdvice {

    /** Modes, by what waits for them. */
    private enum Lock {
        NONE,
        BLOCKS_WRITES,
        BLOCKS_READS
    }

    private static final Set<String> LOCKS_THAT_BLOCK_WRITES = Set.of("share", "share row exclusive", "exclusive");

    /** Tables and indexes that the script made before. */
    private final Set<String> fresh = new HashSet<>();

    /** What the next statement of the script costs. */
    List<ScriptNote> next(Statement statement) {
        Notes notes = new Notes(statement.line());
        Cursor cursor = statement.cursor();
        if (cursor.take("ALTER", "TABLE")) {
            alterTable(statement, cursor, notes);
        } else if (cursor.take("CREATE")) {
            create(statement, cursor, notes);
        } else if (cursor.take("DROP")) {
            drop(cursor, notes);
        } else if (cursor.take("TRUNCATE")) {
            cursor.take("TABLE");
            cursor.take("ONLY");
            String table = TableName.take(cursor);
            lock(notes, Lock.BLOCKS_READS, table, "TRUNCATE");
            dropsData(notes, table, "TRUNCATE removes all rows");
        } else if (cursor.take("DELETE", "FROM")) {
            cursor.take("ONLY");
            String table = TableName.take(cursor);
            if (!contains(cursor, "WHERE")) {
                dropsData(notes, table, "DELETE without WHERE removes all rows");
            }
        } else if (cursor.take("ALTER", "POLICY") || cursor.take("ALTER", "TRIGGER")) {
            lock(notes, Lock.BLOCKS_READS, tableBehind("ON", cursor), "this");
        } else if (cursor.take("REINDEX")) {
            reindex(cursor, notes);
        } else if (cursor.take("CLUSTER")) {
            cursor.take("VERBOSE");
            String table = TableName.take(cursor);
            lock(notes, Lock.BLOCKS_READS, table, "CLUSTER");
            rewrites(notes, table, "CLUSTER writes the table anew");
        } else if (cursor.take("VACUUM")) {
            vacuum(cursor, notes);
        } else if (cursor.take("REFRESH", "MATERIALIZED", "VIEW") && !cursor.take("CONCURRENTLY")) {
            lock(notes, Lock.BLOCKS_READS, TableName.take(cursor), "REFRESH");
        } else if (cursor.take("LOCK")) {
            lockTable(cursor, notes);
        }
        return notes.notes;
    }

    private void alterTable(Statement statement, Cursor cursor, Notes notes) {
        cursor.take("IF", "EXISTS");
        cursor.take("ONLY");
        if (cursor.take("ALL", "IN")) {
            return;
        }
        String table = TableName.take(cursor);
        if (isFresh(table) && cursor.take("RENAME", "TO")) {
            fresh.add(TableName.take(cursor));
            return;
        }
        cursor.takeSymbol('*');
        do {
            AlterAction action = AlterAction.take(statement, cursor);
            lock(notes, lockOf(action), table, action.shown());
            action.rewrite().ifPresent(message -> rewrites(notes, table, message));
            action.loss().ifPresent(message -> dropsData(notes, table, message));
            action.other().ifPresent(other -> lock(notes, lockOf(action.otherLock()), other, action.shown()));
        } while (cursor.takeSymbol(','));
    }

    private static Lock lockOf(AlterAction action) {
        return lockOf(action.lock());
    }

    private static Lock lockOf(AlterAction.Level level) {
        return switch (level) {
            case NEITHER_WAITS -> Lock.NONE;
            case WRITERS_WAIT -> Lock.BLOCKS_WRITES;
            case READERS_WAIT -> Lock.BLOCKS_READS;
        };
    }

    private void create(Statement statement, Cursor cursor, Notes notes) {
        if (cursor.take("UNIQUE", "INDEX") || cursor.take("INDEX")) {
            boolean concurrently = cursor.take("CONCURRENTLY");
            cursor.take("IF", "NOT", "EXISTS");
            String index = cursor.take("ON") ? "" : TableName.take(cursor);
            cursor.take("ON");
            cursor.take("ONLY");
            String table = TableName.take(cursor);
            if (isFresh(table)) {
                fresh.add(index);
            } else if (!concurrently) {
                lock(notes, Lock.BLOCKS_WRITES, table, "CREATE INDEX");
            }
            return;
        }
        cursor.take("OR", "REPLACE");
        if (cursor.take("RULE") || cursor.take("POLICY")) {
            boolean rule = statement.startsWith("CREATE", "RULE") || statement.startsWith("CREATE", "OR", "REPLACE");
            lock(
                    notes,
                    Lock.BLOCKS_READS,
                    tableBehind(rule ? "TO" : "ON", cursor),
                    rule ? "CREATE RULE" : "CREATE POLICY");
        } else if (cursor.take("CONSTRAINT", "TRIGGER") || cursor.take("TRIGGER")) {
            String table = tableBehind("ON", cursor);
            lock(notes, Lock.BLOCKS_WRITES, table, "CREATE TRIGGER");
        } else {
            createTable(cursor, notes);
        }
    }

    private void createTable(Cursor cursor, Notes notes) {
        cursor.takeAny("GLOBAL", "LOCAL");
        cursor.takeAny("TEMPORARY", "TEMP", "UNLOGGED");
        boolean view = cursor.take("MATERIALIZED", "VIEW");
        if (!view && !cursor.take("TABLE")) {
            return;
        }
        boolean mayExist = cursor.take("IF", "NOT", "EXISTS");
        String table = TableName.take(cursor);
        if (!mayExist) {
            fresh.add(table);
        }
        if (cursor.take("PARTITION", "OF")) {
            lock(notes, Lock.BLOCKS_READS, TableName.take(cursor), "CREATE TABLE … PARTITION OF");
        }
        for (; !cursor.atEnd(); cursor.skip()) {
            while (cursor.take("REFERENCES")) {
                String referenced = TableName.take(cursor);
                if (!referenced.equals(table)) {
                    lock(notes, Lock.BLOCKS_WRITES, referenced, "a foreign key to it");
                }
            }
        }
    }

    private void drop(Cursor cursor, Notes notes) {
        if (cursor.take("TABLE")) {
            cursor.take("IF", "EXISTS");
            do {
                String table = TableName.take(cursor);
                lock(
                        notes,
                        Lock.BLOCKS_READS,
                        table,
                        "DROP TABLE, on what its foreign keys refer to and what it is a partition of as well,");
                dropsData(notes, table, "DROP TABLE removes the table with its rows");
                fresh.remove(table);
            } while (cursor.takeSymbol(','));
        } else if (cursor.take("INDEX")) {
            if (!cursor.take("CONCURRENTLY")) {
                cursor.take("IF", "EXISTS");
                String index = TableName.take(cursor);
                lock(notes, Lock.BLOCKS_READS, index, "DROP INDEX, on its table as well,");
            }
        } else if (cursor.take("TRIGGER") || cursor.take("POLICY") || cursor.take("RULE")) {
            lock(notes, Lock.BLOCKS_READS, tableBehind("ON", cursor), "this");
        } else if (cursor.take("OWNED") || cursor.take("SCHEMA")) {
            notes.add(Kind.DROPS_DATA, "this removes tables with their rows");
        } else if ((cursor.take("TYPE") || cursor.take("DOMAIN")) && contains(cursor, "CASCADE")) {
            notes.add(Kind.DROPS_DATA, "CASCADE removes the columns of this type with their values");
        }
    }

    private void reindex(Cursor cursor, Notes notes) {
        skipParentheses(cursor);
        cursor.takeAny("INDEX", "TABLE");
        if (!cursor.take("CONCURRENTLY")) {
            String name = TableName.take(cursor);
            lock(notes, Lock.BLOCKS_READS, name, "REINDEX, because every query opens the indexes of its tables,");
        }
    }

    private void vacuum(Cursor cursor, Notes notes) {
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
            String table = TableName.take(cursor);
            lock(notes, Lock.BLOCKS_READS, table, "VACUUM FULL");
            rewrites(notes, table, "VACUUM FULL writes the table anew");
        }
    }

    private void lockTable(Cursor cursor, Notes notes) {
        cursor.take("TABLE");
        cursor.take("ONLY");
        String table = TableName.take(cursor);
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
            lock(notes, Lock.BLOCKS_READS, table, "LOCK TABLE");
        } else if (LOCKS_THAT_BLOCK_WRITES.contains(name)) {
            lock(notes, Lock.BLOCKS_WRITES, table, "LOCK TABLE");
        }
    }

    private boolean isFresh(String table) {
        return fresh.contains(table);
    }

    private void lock(Notes notes, Lock lock, String table, String what) {
        if (lock == Lock.NONE || table.isEmpty() || isFresh(table)) {
            return;
        }
        boolean reads = lock == Lock.BLOCKS_READS;
        notes.add(
                reads ? Kind.BLOCKS_READS : Kind.BLOCKS_WRITES,
                table + ": " + what + " makes " + (reads ? "readers and writers" : "writers")
                        + " wait until the migration is committed");
    }

    private void rewrites(Notes notes, String table, String message) {
        if (!isFresh(table)) {
            notes.add(Kind.REWRITES_TABLE, table + ": " + message);
        }
    }

    private void dropsData(Notes notes, String table, String message) {
        if (!isFresh(table)) {
            notes.add(Kind.DROPS_DATA, table + ": " + message);
        }
    }

    private static String tableBehind(String keyword, Cursor cursor) {
        for (; !cursor.atEnd(); cursor.skip()) {
            if (cursor.take(keyword)) {
                return TableName.take(cursor);
            }
        }
        return "";
    }

    private static boolean contains(Cursor cursor, String keyword) {
        for (; !cursor.atEnd(); cursor.skip()) {
            if (cursor.take(keyword)) {
                return true;
            }
        }
        return false;
    }

    private static void skipParentheses(Cursor cursor) {
        if (cursor.takeSymbol('(')) {
            while (!cursor.atEnd() && !cursor.takeSymbol(')')) {
                cursor.skip();
            }
        }
    }

    /** Notes of one statement; the same thing is said once, however many parts of the statement cost it. */
    private static final class Notes {

        private final int line;
        private final List<ScriptNote> notes = new ArrayList<>();
        private final Set<String> said = new HashSet<>();

        Notes(int line) {
            this.line = line;
        }

        void add(Kind kind, String message) {
            if (said.add(kind + message)) {
                notes.add(new ScriptNote(kind, line, message));
            }
        }
    }
}
