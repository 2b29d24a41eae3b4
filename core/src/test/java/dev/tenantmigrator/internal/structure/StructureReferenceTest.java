package dev.tenantmigrator.internal.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that were dropped come back as they were, whatever the tenant is called. */
@PostgresTest
class StructureReferenceTest {

    private static final String SCRATCH = "tenant_migrator_scratch_1a2b3c4d";
    private static final String ODD_NAME = "We ird\"Näme";

    private final TestDatabase database;
    private final boolean on18;

    StructureReferenceTest(TestDatabase database) {
        this.database = database;
        this.on18 = Integer.parseInt(database.value("SHOW server_version_num")) >= 180000;
    }

    @BeforeEach
    void dropTenants() {
        for (String schema :
                database.values("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_'")) {
            database.execute("DROP SCHEMA " + Sql.identifier(schema) + " CASCADE");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain_1", ODD_NAME, "UPPER.dot", "back\\slash", "a$function$b", "-- /*", "sélect\u1234"})
    void allTablesComeBack(String tenant) throws SQLException {
        create(tenant, RichSchema.sql(tenant, on18));
        StructureReference reference = reference(RichSchema.sql(SCRATCH, on18));
        List<String> before = fingerprint(tenant);

        for (String table : reference.tables()) {
            database.execute("DROP TABLE IF EXISTS " + Sql.qualified(tenant, table) + " CASCADE");
        }
        recreate(reference, tenant, reference.tables());

        assertThat(Fingerprint.differences(before, fingerprint(tenant))).isEmpty();
    }

    /** What a table needs comes with it: types, sequences, functions, with their comments and privileges. */
    @ParameterizedTest
    @ValueSource(strings = {"plain_2", ODD_NAME})
    void anEmptySchemaGetsWhatTheTablesNeed(String tenant) throws SQLException {
        create(tenant, RichSchema.sql(tenant, on18));
        StructureReference reference = reference(RichSchema.sql(SCRATCH, on18));
        List<String> before = fingerprint(tenant);

        database.execute("DROP SCHEMA " + Sql.identifier(tenant) + " CASCADE");
        create(tenant, "");
        recreate(reference, tenant, reference.tables());

        assertThat(Fingerprint.differences(before, fingerprint(tenant))).isEmpty();
    }

    @Test
    void aNameThatEndsAFunctionsBodyIsRefused() throws SQLException {
        create("a$function$b", "");
        StructureReference reference = reference(RichSchema.sql(SCRATCH, on18));
        assertThatThrownBy(() -> recreate(reference, "a$function$b", reference.tables()))
                .isInstanceOf(TenantMigratorException.class)
                .hasMessageContaining("it holds $function$, which would end the function's body")
                .hasMessageEndingWith("[tenant a$function$b]");
    }

    @Test
    void otherTablesKeepTheirRowsAndTheirDefinition() throws SQLException {
        create("busy", RichSchema.sql("busy", on18));
        StructureReference reference = reference(RichSchema.sql(SCRATCH, on18));
        List<String> before = fingerprint("busy");
        database.execute("INSERT INTO busy.kept (value) VALUES ('a'), ('b')");
        database.execute("INSERT INTO busy.rooms VALUES (1, NULL)");

        database.execute("DROP TABLE busy.order_lines, busy.event_notes, busy.events, busy.scratchpad CASCADE");
        recreate(reference, "busy", Set.of("order_lines", "events", "scratchpad", "event_notes"));

        assertThat(Fingerprint.differences(before, fingerprint("busy"))).isEmpty();
        assertThat(database.values("SELECT value FROM busy.kept ORDER BY id")).containsExactly("a", "b");
        assertThat(database.value("SELECT count(*)::text FROM busy.rooms")).isEqualTo("1");
    }

    @Test
    void aPartitionComesBackToItsTable() throws SQLException {
        create("part", RichSchema.sql("part", on18));
        StructureReference reference = reference(RichSchema.sql(SCRATCH, on18));
        List<String> before = fingerprint("part");

        database.execute("DROP TABLE part.events_old, part.events_2024 CASCADE");
        Set<String> missing = Set.of("events_old", "events_2024");
        recreate(reference, "part", missing);
        // A key to the partitioned table goes with a partition.
        List<LostForeignKey> lost = reference.lostForeignKeys(tenant("part"), missing);
        assertThat(lost).extracting(LostForeignKey::constraint).containsExactly("of_event");
        lost.forEach(key -> database.execute(key.addStatement()));

        assertThat(Fingerprint.differences(before, fingerprint("part"))).isEmpty();
    }

    @Test
    void recreatedTriggersWorkOnTheTenantsOwnTables() throws SQLException {
        create(ODD_NAME, RichSchema.sql(ODD_NAME, on18));
        StructureReference reference = reference(RichSchema.sql(SCRATCH, on18));
        database.execute("DROP SCHEMA " + Sql.identifier(ODD_NAME) + " CASCADE");
        create(ODD_NAME, "");
        recreate(reference, ODD_NAME, reference.tables());

        String users = Sql.qualified(ODD_NAME, "users");
        database.execute("ALTER TABLE " + users + " NO FORCE ROW LEVEL SECURITY");
        database.execute("INSERT INTO " + users + " (name) VALUES ('ann')");
        assertThat(database.query("SELECT what, who FROM " + Sql.qualified(ODD_NAME, "audit") + " ORDER BY what"))
                .containsExactly(List.of("touched", "ann"), List.of("x", "it"));
    }

    @Test
    void foreignKeysOfOtherTablesAreReported() throws SQLException {
        create(ODD_NAME, RichSchema.sql(ODD_NAME, on18));
        StructureReference reference = reference(RichSchema.sql(SCRATCH, on18));
        database.execute("DROP TABLE " + Sql.qualified(ODD_NAME, "users") + " CASCADE");

        List<LostForeignKey> lost = reference.lostForeignKeys(tenant(ODD_NAME), Set.of("users"));
        assertThat(lost)
                .extracting(LostForeignKey::table, LostForeignKey::constraint)
                .contains(tuple("events", "by_user"), tuple("rooms", "room_owner"))
                .hasSize(on18 ? 4 : 3);
        assertThat(lost)
                .filteredOn(key -> key.table().equals("rooms"))
                .extracting(LostForeignKey::addStatement)
                .containsExactly("""
                        ALTER TABLE "We ird""Näme".rooms ADD CONSTRAINT room_owner \
                        FOREIGN KEY (owner) REFERENCES "We ird""Näme".users(id) ON DELETE SET NULL""");

        recreate(reference, ODD_NAME, Set.of("users"));
        reference
                .lostForeignKeys(tenant(ODD_NAME), Set.of("users"))
                .forEach(key -> database.execute(key.addStatement()));
        assertThat(reference.lostForeignKeys(tenant(ODD_NAME), Set.of("users"))).isEmpty();
    }

    @Test
    void aSequenceThatWasLeftBehindIsTakenOver() throws SQLException {
        String script = "CREATE TABLE t (id smallserial PRIMARY KEY)";
        create("orphan", "CREATE SEQUENCE t_id_seq INCREMENT 3; SELECT setval('t_id_seq', 41)");
        StructureReference reference = reference(script);

        recreate(reference, "orphan", Set.of("t"));
        database.execute("INSERT INTO orphan.t DEFAULT VALUES");
        assertThat(database.value("SELECT id::text FROM orphan.t")).isEqualTo("42");
        database.execute("DROP TABLE orphan.t");
        assertThat(database.value("SELECT to_regclass('orphan.t_id_seq')::text"))
                .isNull();
    }

    @Test
    void nothingThatExistsIsReplacedOrTaken() throws SQLException {
        String script = """
                CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
                CREATE TABLE t (id serial CONSTRAINT key PRIMARY KEY);
                CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
                """;
        create("taken", "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");
        StructureReference reference = reference(script);
        recreate(reference, "taken", Set.of("t"));
        assertThat(database.value("SELECT prosrc FROM pg_proc WHERE oid = 'taken.f()'::regprocedure"))
                .contains("RETURN NULL");

        database.execute("ALTER TABLE taken.t RENAME TO t_old");
        List<String> before = fingerprint("taken");
        assertThatThrownBy(() -> recreate(reference, "taken", Set.of("t")))
                .isInstanceOf(TenantMigratorException.class)
                .hasMessageContaining("table t cannot be made")
                .hasMessageEndingWith("[tenant taken]");
        assertThat(Fingerprint.differences(before, fingerprint("taken"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CREATE TABLE p (a int); CREATE TABLE t () INHERITS (p)        | table inheritance
            CREATE TABLE t (a int); CREATE TABLE c () INHERITS (t)        | table inheritance
            CREATE TYPE c AS (a int); CREATE TABLE t OF c                 | CREATE TABLE … OF
            CREATE TYPE r AS RANGE (subtype = float8); CREATE TABLE t (a r[]) | type r is missing and cannot be recreated
            CREATE TYPE r AS RANGE (subtype = float8); CREATE TABLE t (a r_multirange) | type r is missing and cannot be
            CREATE TABLE u (a int PRIMARY KEY); CREATE TABLE t (a int REFERENCES u) | table t needs the table u, which is missing too
            CREATE VIEW v AS SELECT 1; CREATE TABLE t (a int); CREATE POLICY p ON t USING (EXISTS (SELECT FROM v)) | views are not
            """)
    void whatCannotBeMadeTheSameIsRefused(String script, String reason) throws SQLException {
        create("refused", "");
        StructureReference reference = reference(script);
        assertThatThrownBy(() -> recreate(reference, "refused", Set.of("t")))
                .isInstanceOf(TenantMigratorException.class)
                .hasMessageContaining(reason)
                .hasMessageEndingWith("[tenant refused]");
    }

    @Test
    void theOwnersDefaultPrivilegesAreTheSameTwice() throws SQLException {
        String script = "CREATE TABLE t (a int); REVOKE INSERT ON t FROM pg_monitor; GRANT SELECT ON t TO pg_monitor";
        database.execute("ALTER DEFAULT PRIVILEGES GRANT INSERT, UPDATE ON TABLES TO pg_monitor");
        create("defaults", script);
        StructureReference reference = reference(script);
        List<String> before = fingerprint("defaults");
        database.execute("DROP TABLE defaults.t");
        recreate(reference, "defaults", Set.of("t"));
        List<String> after = fingerprint("defaults");
        database.execute("ALTER DEFAULT PRIVILEGES REVOKE INSERT, UPDATE ON TABLES FROM pg_monitor");

        assertThat(Fingerprint.differences(before, after)).isEmpty();
    }

    @Test
    void readingPutsTheSettingsBack() throws SQLException {
        create("settings", "");
        String settings = inTransaction(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET LOCAL search_path = settings, \"a b\"; SET LOCAL intervalstyle = iso_8601");
                TenantObjects.read(connection, "settings");
                StructureReference.read(connection, "settings");
                try (ResultSet row = statement.executeQuery(
                        "SELECT current_setting('search_path') || ' ' || current_setting('intervalstyle')")) {
                    row.next();
                    return row.getString(1);
                }
            }
        });
        assertThat(settings).isEqualTo("settings, \"a b\" iso_8601");
    }

    @Test
    void aTableThatNoMigrationMakesIsTheCallersMistake() throws SQLException {
        create("mistake", "");
        StructureReference reference = reference("CREATE TABLE t (); CREATE VIEW v AS SELECT 1");
        assertThat(reference.tables()).containsExactly("t");
        assertThatThrownBy(() -> recreate(reference, "mistake", Set.of("v")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no migration makes the table v");
    }

    /** As the caller does it: the scratch schema never commits. */
    private StructureReference reference(String script) throws SQLException {
        return inTransaction(connection -> {
            run(connection, SCRATCH, script);
            return StructureReference.read(connection, SCRATCH);
        });
    }

    private void create(String schema, String script) throws SQLException {
        inTransaction(connection -> {
            run(connection, schema, script);
            connection.commit();
            return schema;
        });
    }

    private TenantObjects tenant(String schema) throws SQLException {
        return inTransaction(connection -> TenantObjects.read(connection, schema));
    }

    private void recreate(StructureReference reference, String schema, Collection<String> tables) throws SQLException {
        List<String> statements = reference.statements(tenant(schema), tables);
        assertThat(statements).noneMatch(statement -> statement.contains(SCRATCH));
        inTransaction(connection -> {
            try (Statement batch = connection.createStatement()) {
                batch.setEscapeProcessing(false);
                for (String statement : statements) {
                    batch.addBatch(statement);
                }
                batch.executeBatch();
            }
            connection.commit();
            return schema;
        });
    }

    private interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    /** Rolls back what the work did not commit. */
    private <T> T inTransaction(Work<T> work) throws SQLException {
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            try {
                return work.in(connection);
            } finally {
                // The pool closes a connection itself after some errors.
                if (!connection.isClosed()) {
                    connection.rollback();
                    connection.setAutoCommit(true);
                }
            }
        }
    }

    private static void run(Connection connection, String schema, String script) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute("CREATE SCHEMA " + Sql.identifier(schema));
            statement.execute("SET LOCAL search_path = " + Sql.identifier(schema) + ", pg_temp");
            statement.execute(script);
        }
    }

    private List<String> fingerprint(String schema) throws SQLException {
        return inTransaction(connection -> Fingerprint.of(connection, schema));
    }
}
