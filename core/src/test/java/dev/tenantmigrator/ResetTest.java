package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.internal.backfill.Fingerprint;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A reset tenant has the rows and sequences that it had after its creation, and nothing else. */
@PostgresTest
class ResetTest {

    private static final String CYCLE = """
            CREATE TABLE a (id int PRIMARY KEY, b int);
            CREATE TABLE b (id int PRIMARY KEY, a int NOT NULL REFERENCES a ON DELETE RESTRICT);
            ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;
            INSERT INTO a VALUES (1, NULL), (2, NULL); INSERT INTO b VALUES (1, 1); UPDATE a SET b = 1;""";

    private static final String AUDIT = """
            CREATE TABLE item (id int PRIMARY KEY, name text);
            CREATE TABLE log (at timestamptz DEFAULT clock_timestamp(), what text);
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO log (what) VALUES (TG_OP); RETURN coalesce(NEW, OLD); END $$;
            CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON item FOR EACH ROW EXECUTE FUNCTION note();
            CREATE TRIGGER emptied BEFORE TRUNCATE ON item FOR EACH STATEMENT EXECUTE FUNCTION note();
            CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
            CREATE TRIGGER kept BEFORE DELETE ON log FOR EACH ROW EXECUTE FUNCTION never();
            ALTER TABLE log ENABLE ALWAYS TRIGGER kept;
            CREATE TRIGGER off BEFORE INSERT ON log FOR EACH ROW EXECUTE FUNCTION never();
            ALTER TABLE log DISABLE TRIGGER off;
            INSERT INTO item VALUES (1, 'seed');""";

    private static final String PARTS = """
            CREATE TABLE event (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
            CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
            CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM ('2024-02-01') TO ('2024-03-01') PARTITION BY LIST (id);
            CREATE TABLE event_2_1 PARTITION OF event_2 FOR VALUES IN (1, 2);
            CREATE TABLE event_rest PARTITION OF event DEFAULT;
            CREATE TABLE detail (id int, day date, part int, FOREIGN KEY (id, day) REFERENCES event) PARTITION BY LIST (part);
            CREATE TABLE detail_1 PARTITION OF detail FOR VALUES IN (1);
            CREATE TABLE detail_2 PARTITION OF detail FOR VALUES IN (2);
            INSERT INTO event VALUES (1, '2024-01-05'), (1, '2024-02-05'), (9, '2030-01-01');
            INSERT INTO detail VALUES (1, '2024-02-05', 1);""";

    private static final String HIDDEN = """
            CREATE TABLE secret (id int PRIMARY KEY, body text);
            INSERT INTO secret VALUES (1, 'seed'), (2, 'other');
            CREATE TABLE empty_secret (id int);
            ALTER TABLE secret ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            ALTER TABLE empty_secret ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY none ON secret FOR SELECT USING (id > 1);
            CREATE POLICY write ON secret FOR INSERT WITH CHECK (true);
            CREATE POLICY change ON secret FOR UPDATE USING (true);
            CREATE POLICY write ON empty_secret FOR INSERT WITH CHECK (true);""";

    private static final String VIEWS = """
            CREATE TABLE sale (amount int); INSERT INTO sale VALUES (5), (7);
            CREATE MATERIALIZED VIEW total AS SELECT sum(amount) AS amount FROM sale;
            CREATE MATERIALIZED VIEW twice AS SELECT amount * 2 AS amount FROM total;
            CREATE UNIQUE INDEX ON total (amount);
            CREATE MATERIALIZED VIEW later AS SELECT * FROM sale WITH NO DATA;""";

    private static final String TYPES = """
            CREATE TYPE mood AS ENUM ('sad', 'it''s ok'); CREATE TYPE pair AS (x int, y text);
            CREATE DOMAIN positive AS int CHECK (VALUE > 0);
            CREATE TABLE rich (m mood[], p pair, f float8, n numeric, d positive, i interval, t timestamptz, b bytea,
                j jsonb, x text, r int4range, e text DEFAULT 'x', "odd "",name" text, money money, u uuid, bits bit varying);
            INSERT INTO rich VALUES ('{sad,"it''s ok"}', ROW(1, E'a,"\\\\b'), 0.1::float8 + 0.2, 'NaN', 3, '1 mon -2 days 03:00:00.5',
                '2024-03-01 12:00:00.123456+05:30', '\\xdeadbeef00', '{"a": [1, null]}', E'line\\nbreak\\ttab ''quote'' \\\\ back', '[1,5)',
                NULL, '', 12.34, gen_random_uuid(), B'0101'); INSERT INTO rich DEFAULT VALUES;""";

    private static final String NUMBERS = """
            CREATE TABLE always (id int GENERATED ALWAYS AS IDENTITY (START 100), a int, twice int GENERATED ALWAYS AS (a * 2) STORED, gone int);
            ALTER TABLE always DROP COLUMN gone;
            INSERT INTO always (a) VALUES (1), (2);
            CREATE TABLE serials (id serial PRIMARY KEY, other bigserial, x text);
            CREATE SEQUENCE own START 5 INCREMENT 5 CACHE 10; CREATE SEQUENCE used; SELECT nextval('used'), setval('own', 50, false);
            CREATE SEQUENCE down INCREMENT -1; SELECT setval('down', -7);""";

    /** A history, and SQL of a test in it. */
    record Case(String name, boolean createdAgain, String history, List<String> work) {
        Case(String name, boolean createdAgain, String history, String... work) {
            this(name, createdAgain, history, List.of(work));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("nothing", false, ""),
                new Case("only reads", false, CYCLE, "SELECT * FROM a FOR UPDATE"),
                new Case("rows", false, "CREATE TABLE t (a int)", "INSERT INTO t VALUES (1)"),
                new Case(
                        "rows that are gone again",
                        false,
                        "CREATE TABLE t (a int)",
                        "INSERT INTO t VALUES (1)",
                        "DELETE FROM t"),
                new Case(
                        "many rows",
                        false,
                        "CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE u (a int REFERENCES t); INSERT INTO t VALUES (-1); INSERT INTO u VALUES (-1)",
                        "INSERT INTO t SELECT generate_series(1, 50000)",
                        "INSERT INTO u VALUES (7)"),
                new Case(
                        "many rows with triggers",
                        false,
                        AUDIT,
                        "INSERT INTO item SELECT i, repeat('x', 100) FROM generate_series(2, 20000) i"),
                new Case("changed seeds", false, CYCLE, "UPDATE a SET b = NULL WHERE id = 2"),
                new Case("deleted seeds", false, CYCLE, "UPDATE a SET b = NULL", "DELETE FROM b", "DELETE FROM a"),
                new Case("truncated seeds", false, CYCLE, "TRUNCATE a, b"),
                new Case(
                        "rows in a cycle",
                        false,
                        CYCLE,
                        "INSERT INTO a VALUES (3, NULL)",
                        "INSERT INTO b VALUES (3, 3)",
                        "UPDATE a SET b = 3 WHERE id = 3"),
                new Case(
                        "cascades",
                        false,
                        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int, p int REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE);"
                                + " CREATE TABLE n (p int REFERENCES p ON DELETE SET NULL ON UPDATE CASCADE); INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, 1); INSERT INTO n VALUES (2)",
                        "DELETE FROM p WHERE id = 1",
                        "UPDATE p SET id = 20 WHERE id = 2"),
                new Case(
                        "deferred keys",
                        false,
                        "CREATE TABLE p (id int PRIMARY KEY, x int UNIQUE DEFERRABLE INITIALLY DEFERRED);"
                                + " CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED); INSERT INTO p VALUES (1)",
                        "INSERT INTO c VALUES (1)",
                        "INSERT INTO p VALUES (2)"),
                new Case(
                        "itself",
                        false,
                        "CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t); INSERT INTO t VALUES (1, 2), (2, 1)",
                        "INSERT INTO t VALUES (3, 1)",
                        "UPDATE t SET up = NULL"),
                new Case("triggers", false, AUDIT, "INSERT INTO item VALUES (2, 'x')", "UPDATE item SET name = 'y'"),
                new Case("triggers and deleted seeds", false, AUDIT, "DELETE FROM item"),
                new Case(
                        "rules",
                        false,
                        "CREATE TABLE t (a int); CREATE TABLE saved (a int); INSERT INTO t VALUES (1);"
                                + " CREATE RULE keep AS ON DELETE TO t DO INSTEAD INSERT INTO saved VALUES (old.a);"
                                + " CREATE RULE ins AS ON INSERT TO t WHERE new.a > 5 DO ALSO INSERT INTO saved VALUES (new.a)",
                        "INSERT INTO t VALUES (9)",
                        "UPDATE t SET a = 3 WHERE a = 1"),
                new Case(
                        "partitions",
                        false,
                        PARTS,
                        "INSERT INTO event VALUES (2, '2024-02-06')",
                        "UPDATE event SET day = '2024-01-06' WHERE id = 9",
                        "INSERT INTO detail VALUES (2, '2024-02-06', 2)"),
                new Case(
                        "many rows in partitions",
                        false,
                        PARTS,
                        "INSERT INTO event SELECT i, '2031-01-01' FROM generate_series(1, 40000) i"),
                new Case(
                        "row security",
                        false,
                        HIDDEN,
                        "INSERT INTO secret VALUES (3, 'x')",
                        "UPDATE secret SET body = 'y' WHERE id = 2",
                        "INSERT INTO empty_secret VALUES (1)"),
                new Case("hidden rows, none changed", false, HIDDEN),
                new Case(
                        "views",
                        false,
                        VIEWS,
                        "INSERT INTO sale VALUES (1)",
                        "REFRESH MATERIALIZED VIEW total",
                        "REFRESH MATERIALIZED VIEW twice",
                        "REFRESH MATERIALIZED VIEW later"),
                new Case(
                        "a view without exclusive lock",
                        false,
                        VIEWS,
                        "INSERT INTO sale VALUES (1)",
                        "REFRESH MATERIALIZED VIEW CONCURRENTLY total"),
                new Case(
                        "a view older than its rows",
                        true,
                        "CREATE TABLE t (a int); CREATE MATERIALIZED VIEW v AS SELECT * FROM t; INSERT INTO t VALUES (1)",
                        "REFRESH MATERIALIZED VIEW v"),
                new Case("types", false, TYPES, "UPDATE rich SET x = 'other'", "DELETE FROM rich WHERE m IS NULL"),
                new Case(
                        "numbers",
                        false,
                        NUMBERS,
                        "INSERT INTO always (a) VALUES (8)",
                        "INSERT INTO serials (x) VALUES ('a'), ('b')",
                        "UPDATE always SET a = 3 WHERE a = 1",
                        "SELECT nextval('own'), nextval('used'), nextval('down')"),
                new Case(
                        "sequences alone",
                        false,
                        NUMBERS,
                        "SELECT setval('used', 900, false), setval('own', 10), nextval('serials_id_seq')"),
                new Case(
                        "restarted sequences",
                        false,
                        NUMBERS,
                        "ALTER SEQUENCE used RESTART",
                        "TRUNCATE always RESTART IDENTITY"),
                new Case(
                        "unlogged",
                        false,
                        "CREATE UNLOGGED TABLE t (a int); INSERT INTO t VALUES (1)",
                        "INSERT INTO t VALUES (2)"),
                new Case(
                        "no key, equal rows",
                        false,
                        "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1), (NULL)",
                        "DELETE FROM t WHERE ctid = '(0,1)'"),
                new Case(
                        "no column",
                        false,
                        "CREATE TABLE t (); INSERT INTO t DEFAULT VALUES",
                        "INSERT INTO t DEFAULT VALUES",
                        "INSERT INTO t DEFAULT VALUES"),
                new Case(
                        "inheritance",
                        false,
                        "CREATE TABLE up (a int); CREATE TABLE down (b int) INHERITS (up); INSERT INTO up VALUES (1); INSERT INTO down VALUES (2, 3)",
                        "UPDATE up SET a = 9",
                        "INSERT INTO down VALUES (4, 5)"),
                new Case(
                        "odd names",
                        false,
                        "CREATE TABLE \"Odd \"\"Table's, \\ x\" (\"A \"\"b\" int); INSERT INTO \"Odd \"\"Table's, \\ x\" VALUES (1); CREATE SEQUENCE \"S q\"",
                        "UPDATE \"Odd \"\"Table's, \\ x\" SET \"A \"\"b\" = 2",
                        "SELECT nextval('\"S q\"')"),
                new Case(
                        "own functions in checks",
                        false,
                        "CREATE FUNCTION good(i int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN i < (SELECT max(m) FROM lim); END $$;"
                                + " CREATE TABLE lim (m int); INSERT INTO lim VALUES (10); CREATE TABLE t (a int CHECK (good(a))); INSERT INTO t VALUES (1)",
                        "DELETE FROM t"),
                new Case(
                        "a seed that a check forbids",
                        true,
                        "CREATE TABLE t (a int); INSERT INTO t VALUES (-1); ALTER TABLE t ADD CHECK (a > 0) NOT VALID",
                        "DELETE FROM t"),
                new Case("the record", false, "CREATE TABLE t (a int)", "DELETE FROM schema_migrations"),
                new Case(
                        "toast",
                        false,
                        "CREATE TABLE t (a text); INSERT INTO t SELECT string_agg(md5(i::text), '') FROM generate_series(1, 2000) i",
                        "DELETE FROM t"),
                new Case(
                        "analyzed and vacuumed",
                        false,
                        "CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t VALUES (1)",
                        "INSERT INTO t SELECT generate_series(2, 500)",
                        "VACUUM ANALYZE t",
                        "REINDEX TABLE t"),
                new Case("a new table", true, CYCLE, "CREATE TABLE more (a int)"),
                new Case("a dropped table", true, CYCLE, "DROP TABLE b CASCADE"),
                new Case("a new column", true, CYCLE, "ALTER TABLE a ADD COLUMN c text"),
                new Case("a dropped column", true, CYCLE, "ALTER TABLE a DROP COLUMN b"),
                new Case(
                        "another default",
                        true,
                        "CREATE TABLE t (a int DEFAULT 1)",
                        "ALTER TABLE t ALTER a SET DEFAULT 2"),
                new Case("a new index", true, CYCLE, "CREATE INDEX ON a (b)"),
                new Case("a clustered table", true, CYCLE, "CLUSTER a USING a_pkey"),
                new Case("a renamed index", true, CYCLE, "ALTER INDEX a_pkey RENAME TO a_key"),
                new Case("a dropped constraint", true, CYCLE, "ALTER TABLE b DROP CONSTRAINT b_a_fkey"),
                new Case("a disabled trigger", true, AUDIT, "ALTER TABLE item DISABLE TRIGGER note"),
                new Case(
                        "another function",
                        true,
                        AUDIT,
                        "CREATE OR REPLACE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"),
                new Case("a new view", true, CYCLE, "CREATE VIEW v AS SELECT * FROM a"),
                new Case(
                        "another view",
                        true,
                        "CREATE VIEW v AS SELECT 1 AS a",
                        "CREATE OR REPLACE VIEW v AS SELECT 2 AS a"),
                new Case("a new label", true, TYPES, "ALTER TYPE mood ADD VALUE 'happy'"),
                new Case("another domain", true, TYPES, "ALTER DOMAIN positive DROP CONSTRAINT positive_check"),
                new Case(
                        "another composite type",
                        true,
                        TYPES + "ALTER TABLE rich DROP COLUMN p",
                        "ALTER TYPE pair ADD ATTRIBUTE z int"),
                new Case("no row security", true, HIDDEN, "ALTER TABLE secret NO FORCE ROW LEVEL SECURITY"),
                new Case("another policy", true, HIDDEN, "ALTER POLICY none ON secret USING (id > 2)"),
                new Case("a detached partition", true, PARTS, "ALTER TABLE event DETACH PARTITION event_rest"),
                new Case("another sequence", true, NUMBERS, "ALTER SEQUENCE used INCREMENT 3"),
                new Case("a grant", true, CYCLE, "GRANT SELECT ON a TO PUBLIC"),
                new Case("a grant on the schema", true, CYCLE, "GRANT USAGE ON SCHEMA %s TO PUBLIC"),
                new Case("a comment", true, CYCLE, "COMMENT ON COLUMN a.id IS 'x'"),
                new Case("statistics", true, CYCLE, "CREATE STATISTICS s ON id, b FROM a"),
                new Case(
                        "an operator",
                        true,
                        CYCLE,
                        "CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)"),
                new Case("a dropped schema", true, CYCLE, "DROP SCHEMA %s CASCADE"));
    }

    private final TestDatabase database;

    ResetTest(TestDatabase database) {
        this.database = database;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theTenantIsAsAfterItsCreation(Case reset) throws SQLException {
        try (TenantMigrator migrator = migrator(reset.history());
                ThrowawayTenant tenant = migrator.throwaway()) {
            List<String> structure = structure(tenant.schema());
            List<String> state = state(tenant.schema());
            String oid = oid(tenant.schema());

            // A reset starts from the state that the one before has left.
            for (int round = 1; round <= 3; round++) {
                run(tenant.schema(), reset.work());
                tenant.reset();

                assertThat(structure(tenant.schema()))
                        .as("structure, round %d", round)
                        .isEqualTo(structure);
                assertThat(comparable(state(tenant.schema()), reset))
                        .as("state, round %d", round)
                        .isEqualTo(comparable(state, reset));
                assertThat(oid(tenant.schema()).equals(oid))
                        .as("the schema of the creation")
                        .isNotEqualTo(reset.createdAgain());
                oid = oid(tenant.schema());
            }
            run(tenant.schema(), reset.work());
        }
    }

    private TenantMigrator migrator(String history) {
        return Samples.with(database, MEMBERS, Migration.of("2_history", history.isEmpty() ? "SELECT 1" : history));
    }

    /** A tenant that is created again has other random keys and times. */
    private static List<String> comparable(List<String> state, Case reset) {
        return reset.createdAgain()
                ? state.stream()
                        .map(line -> line.replaceAll("\"?\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d[^,)]*", "time")
                                .replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "key"))
                        .toList()
                : state;
    }

    private void run(String schema, List<String> work) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET ROLE " + database.name());
            statement.execute("SET search_path TO " + schema + ", public");
            for (String sql : work) {
                statement.execute(sql.replace("%s", schema));
            }
        }
    }

    private String oid(String schema) {
        return database.value("SELECT to_regnamespace(?)::oid", schema);
    }

    private List<String> structure(String schema) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection()) {
            connection.setAutoCommit(false);
            return Fingerprint.of(connection, schema);
        }
    }

    /** All rows and sequences, as somebody sees who is above row security. */
    private List<String> state(String schema) throws SQLException {
        List<String> state = new ArrayList<>();
        try (Connection connection = database.superuserDataSource().getConnection()) {
            forEach(
                    connection,
                    "SELECT c.relkind::text || c.relispopulated::text, c.relname FROM pg_class c WHERE c.relnamespace = '"
                            + schema + "'::regnamespace AND c.relkind IN ('r', 'm', 'S') ORDER BY c.relname",
                    (kind, name) -> {
                        String relation = Sql.qualified(schema, name);
                        state.add(kind + ' ' + name);
                        if (kind.startsWith("S")) {
                            forEach(
                                    connection,
                                    "SELECT last_value, is_called FROM " + relation,
                                    (last, called) -> state.add(last + ' ' + called));
                        } else if (kind.endsWith("true")) {
                            forEach(
                                    connection,
                                    "SELECT (x.*)::text, 1 FROM ONLY " + relation + " x ORDER BY 1",
                                    (row, one) -> state.add(row));
                        }
                    });
        }
        return state;
    }

    private static void forEach(Connection connection, String query, BiConsumer<String, String> consumer) {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                consumer.accept(rows.getString(1), rows.getString(2));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
    }

    @Test
    void anOpenTransactionThatWritesIsNamedAndNothingIsChanged() throws SQLException {
        try (TenantMigrator migrator = migrator("CREATE TABLE t (a int)");
                ThrowawayTenant tenant = migrator.throwaway()) {
            database.execute("INSERT INTO " + tenant.schema() + ".t VALUES (1)");
            try (Connection connection = database.superuserDataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("SET application_name TO 'forgotten test'");
                statement.execute("INSERT INTO " + tenant.schema() + ".t VALUES (2)");

                assertThatThrownBy(tenant::reset)
                        .isInstanceOf(TenantMigratorException.class)
                        .hasMessageContaining("cannot be reset")
                        .hasMessageContaining("server process")
                        .hasMessageContaining("nothing was changed")
                        .hasMessageContaining(tenant.schema());
                assertThat(database.value("SELECT count(*) FROM " + tenant.schema() + ".t"))
                        .isEqualTo("1");
                connection.rollback();
            }
            tenant.reset();
            assertThat(database.value("SELECT count(*) FROM " + tenant.schema() + ".t"))
                    .isEqualTo("0");
        }
    }

    @Test
    void aSessionWithNumbersInStockForgetsThem() throws SQLException {
        try (TenantMigrator migrator = migrator("CREATE SEQUENCE s CACHE 20");
                ThrowawayTenant tenant = migrator.throwaway();
                Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            String next = "SELECT nextval('" + tenant.schema() + ".s')";
            statement.execute(next);
            statement.execute(next);
            tenant.reset();
            try (ResultSet row = statement.executeQuery(next)) {
                row.next();
                assertThat(row.getLong(1)).isEqualTo(1);
            }
        }
    }

    @Test
    void rowsThatATableElsewhereRefersToAreAnErrorThatNamesIt() {
        try (TenantMigrator migrator = migrator("CREATE TABLE t (id int PRIMARY KEY)");
                ThrowawayTenant tenant = migrator.throwaway()) {
            database.execute("CREATE TABLE public.outside (t int REFERENCES " + tenant.schema() + ".t)");
            try {
                database.execute(
                        "INSERT INTO " + tenant.schema() + ".t VALUES (1); INSERT INTO public.outside VALUES (1)");
                assertThatThrownBy(tenant::reset)
                        .isInstanceOf(TenantMigratorException.class)
                        .hasMessageContaining("outside");
            } finally {
                database.execute("DROP TABLE public.outside");
            }
            tenant.reset();
            assertThat(database.value("SELECT count(*) FROM " + tenant.schema() + ".t"))
                    .isEqualTo("0");
        }
    }

    @Test
    void theRecordOfTheFleetIsRestoredToo() {
        try (TenantMigrator migrator = Samples.migrator(database, MEMBERS, Samples.NOTES)
                        .trackingStore(TrackingStore.fleet())
                        .build();
                ThrowawayTenant tenant = migrator.throwaway()) {
            database.execute("DELETE FROM tenant_migrator_fleet.schema_migrations WHERE version = '"
                    + Samples.NOTES.version() + "'");
            tenant.reset();
            assertThat(migrator.status(Tenants.named(tenant.schema()))
                            .tenants()
                            .get(0)
                            .pending())
                    .isEmpty();
        }
    }

    @Test
    void aClosedTenantIsNotReset() {
        try (TenantMigrator migrator = migrator("")) {
            ThrowawayTenant tenant = migrator.throwaway();
            tenant.close();
            tenant.close();
            assertThatThrownBy(tenant::reset).isInstanceOf(IllegalStateException.class);
        }
    }
}
