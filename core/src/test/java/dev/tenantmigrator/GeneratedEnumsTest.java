package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Generated histories of two enums. A tenant that is created at once has the labels and rows of a file-by-file run, or the
 * creation fails because a label that it added cannot be used.
 */
@PostgresTest
class GeneratedEnumsTest {

    private static final int HISTORIES = Integer.getInteger("enum.histories", 60);
    private static final int FIRST = Integer.getInteger("enum.first", 0);
    private static final int FILES = 12;

    private static TestDatabase original;

    private final TestDatabase database;

    GeneratedEnumsTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeAll
    static void createOriginal() {
        original = TestDatabase.create("original");
    }

    @AfterAll
    static void dropOriginal() throws SQLException {
        original.close();
    }

    @Test
    void haveTheLabelsOfAFileByFileRun() throws SQLException {
        List<String> different = new ArrayList<>();
        int refused = 0;
        for (int seed = FIRST; seed < FIRST + HISTORIES; seed++) {
            List<Migration> history = historyThatRuns(seed);
            List<List<Object>> expected = facts(original, "public");
            String text = "seed " + seed + ": "
                    + history.stream().map(file -> file.up().text()).toList();
            try {
                TenantMigrator migrator = Samples.with(database, history.toArray(Migration[]::new));
                for (String user : List.of("a", "b")) {
                    String tenant =
                            migrator.createTenant(TenantName.forUser(user)).schema();
                    List<List<Object>> found = facts(database, tenant);
                    if (!found.equals(expected)) {
                        different.add(text + "\n  file by file " + expected + "\n  tenant       " + found);
                    }
                }
                migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
            } catch (MigrationFailedException e) {
                refused++;
                if (!String.valueOf(e.getMessage()).contains("write the label into CREATE TYPE")) {
                    different.add(text + "\n  " + e.getMessage());
                }
            }
        }
        assertThat(different).isEmpty();
        assertThat(refused).as("refused histories").isLessThan(HISTORIES / 2);
    }

    /** Generates files, and leaves out those that fail. */
    private static List<Migration> historyThatRuns(int seed) throws SQLException {
        original.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        Generator generator = new Generator(new Random(seed));
        List<Migration> history = new ArrayList<>();
        for (int i = 0; i < FILES; i++) {
            String sql = i == 0 ? "CREATE TABLE log (entry text)" : generator.file();
            if (runs(sql)) {
                history.add(Migration.of("%03d".formatted(i), sql));
            }
        }
        return history;
    }

    private static boolean runs(String sql) throws SQLException {
        try (Connection connection = original.rawDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            try {
                statement.execute(sql);
                connection.commit();
                return true;
            } catch (SQLException fails) {
                connection.rollback();
                return false;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }

    private static List<List<Object>> facts(TestDatabase database, String schema) {
        List<List<Object>> facts = new ArrayList<>(database.query(
                "SELECT typname::text, enumlabel::text FROM pg_enum e JOIN pg_type t ON t.oid = enumtypid"
                        + " JOIN pg_namespace n ON n.oid = typnamespace WHERE nspname = ? ORDER BY typname, enumsortorder",
                schema));
        for (String table : database.values(
                "SELECT tablename FROM pg_tables WHERE schemaname = ? AND tablename <> 'schema_migrations' ORDER BY 1",
                schema)) {
            facts.addAll(database.query("SELECT '" + table + "', r::text FROM " + schema + "." + table
                    + " r ORDER BY r::text COLLATE \"C\""));
        }
        return facts;
    }

    private record Generator(Random random) {

        String file() {
            String first = statement();
            String second = statement();
            // A handler hides the use of a label that the same file adds, unless psql commits each statement.
            boolean hides = second.contains("OTHERS");
            return random.nextBoolean() || hides ? first : first + ";\n" + second;
        }

        private String statement() {
            String type = type();
            String name = type.replace("\"", "");
            String label = label();
            return switch (random.nextInt(22)) {
                case 0, 1 -> create(type);
                case 2 ->
                    block("IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = '" + name + "') THEN " + create(type)
                            + "; END IF;");
                case 3 -> block(create(type) + "; EXCEPTION WHEN duplicate_object THEN NULL;");
                case 4 -> block("BEGIN " + create(type) + "; EXCEPTION WHEN OTHERS THEN NULL; END;");
                case 5, 6, 7 -> add(type, label);
                case 8 -> block(add(type, label) + "; EXCEPTION WHEN duplicate_object THEN NULL;");
                case 9 ->
                    block(
                            "IF NOT EXISTS (SELECT 1 FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid WHERE t.typname = '"
                                    + name + "' AND e.enumlabel = '" + label + "') THEN " + add(type, label)
                                    + "; END IF;");
                case 10 ->
                    block("IF " + random.nextBoolean() + " THEN " + add(type, label) + "; ELSE " + add(type, label())
                            + "; END IF;");
                case 11 ->
                    block(add(type, label) + "; PERFORM 1 / " + random.nextInt(2)
                            + "; EXCEPTION WHEN division_by_zero THEN NULL;");
                case 12 ->
                    block("FOR i IN 1..2 LOOP IF i = " + (1 + random.nextInt(2)) + " THEN " + add(type, label)
                            + "; ELSE " + add(type, label()) + "; END IF; END LOOP;");
                case 13 -> block("EXECUTE format('ALTER TYPE %I ADD VALUE %L', '" + name + "', '" + label + "');");
                case 14 -> "ALTER TYPE " + type + " RENAME VALUE '" + label + "' TO '" + label() + "'";
                case 15 -> "ALTER TYPE " + type + " RENAME TO " + type();
                case 16 -> "DROP TYPE IF EXISTS " + type + (random.nextBoolean() ? " CASCADE" : "");
                case 17, 18 -> "CREATE TABLE IF NOT EXISTS t (m " + type + ")";
                case 19, 20 ->
                    random.nextBoolean()
                            ? "INSERT INTO t (m) VALUES ('" + label + "')"
                            : block("INSERT INTO t (m) VALUES ('" + label + "'); EXCEPTION WHEN OTHERS THEN NULL;");
                default ->
                    switch (random.nextInt(6)) {
                        case 0 -> "INSERT INTO log SELECT unnest(enum_range(NULL::" + type + "))::text";
                        case 1 ->
                            "CREATE OR REPLACE FUNCTION labels() RETURNS SETOF text LANGUAGE sql AS 'SELECT enumlabel::text FROM"
                                    + " pg_enum WHERE enumtypid = ''" + type + "''::regtype ORDER BY enumsortorder'";
                        case 2 -> "INSERT INTO log SELECT labels()";
                        case 3 -> "SAVEPOINT s; " + add(type, label) + "; ROLLBACK TO s; RELEASE s";
                        case 4 ->
                            block("BEGIN " + add(type, label)
                                    + "; RAISE EXCEPTION 'x'; EXCEPTION WHEN raise_exception THEN " + add(type, label())
                                    + "; END;");
                        default -> "DO 'BEGIN " + add(type, label).replace("'", "''") + "; END'";
                    };
            };
        }

        private static String block(String code) {
            return "DO $$ BEGIN " + code + " END $$";
        }

        private String create(String type) {
            List<String> labels = new ArrayList<>(List.of("a", "b", "c"));
            labels.removeIf(label -> random.nextInt(3) == 0);
            return "CREATE TYPE " + type + " AS ENUM ('x'"
                    + String.join(
                            "",
                            labels.stream().map(label -> ", '" + label + "'").toList()) + ")";
        }

        private String add(String type, String label) {
            String place = switch (random.nextInt(5)) {
                case 0 -> " BEFORE '" + label() + "'";
                case 1 -> " AFTER '" + label() + "'";
                case 2 -> " BEFORE 'x'";
                default -> "";
            };
            return "ALTER TYPE " + type + " ADD VALUE " + (random.nextInt(3) == 0 ? "IF NOT EXISTS " : "") + "'" + label
                    + "'" + place;
        }

        private String type() {
            return random.nextInt(3) == 0 ? "\"Kind\"" : "mood";
        }

        private String label() {
            return String.valueOf("abcdef".charAt(random.nextInt(6)));
        }
    }
}
