package dev.tenantmigrator.internal.backfill;

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

    private static final String ODD_NAME = "We ird\"Näme";

    private final TestDatabase database;
    private final Schemas schemas;
    private final boolean on18;

    StructureReferenceTest(TestDatabase database) {
        this.database = database;
        this.schemas = new Schemas(database);
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
        schemas.create(tenant, RichSchema.sql(tenant, on18));
        StructureReference reference = schemas.reference(RichSchema.sql(Schemas.SCRATCH, on18));
        List<String> before = schemas.fingerprint(tenant);

        for (String table : reference.tables()) {
            database.execute("DROP TABLE IF EXISTS " + Sql.qualified(tenant, table) + " CASCADE");
        }
        schemas.recreate(reference, tenant, reference.tables());

        assertThat(Fingerprint.differences(before, schemas.fingerprint(tenant))).isEmpty();
    }

    /** A table brings along the types, sequences and functions that it needs, with comments and privileges. */
    @ParameterizedTest
    @ValueSource(strings = {"plain_2", ODD_NAME})
    void anEmptySchemaGetsWhatTheTablesNeed(String tenant) throws SQLException {
        schemas.create(tenant, RichSchema.sql(tenant, on18));
        StructureReference reference = schemas.reference(RichSchema.sql(Schemas.SCRATCH, on18));
        List<String> before = schemas.fingerprint(tenant);

        database.execute("DROP SCHEMA " + Sql.identifier(tenant) + " CASCADE");
        schemas.create(tenant, "");
        schemas.recreate(reference, tenant, reference.tables());

        assertThat(Fingerprint.differences(before, schemas.fingerprint(tenant))).isEmpty();
    }

    @Test
    void aNameThatEndsAFunctionsBodyIsRefused() throws SQLException {
        schemas.create("a$function$b", "");
        StructureReference reference = schemas.reference(RichSchema.sql(Schemas.SCRATCH, on18));
        assertThatThrownBy(() -> schemas.recreate(reference, "a$function$b", reference.tables()))
                .isInstanceOf(TenantMigratorException.class)
                .hasMessageContaining("it holds $function$, which would end the function's body")
                .hasMessageEndingWith("[tenant a$function$b]");
    }

    @Test
    void otherTablesKeepTheirRowsAndTheirDefinition() throws SQLException {
        schemas.create("busy", RichSchema.sql("busy", on18));
        StructureReference reference = schemas.reference(RichSchema.sql(Schemas.SCRATCH, on18));
        List<String> before = schemas.fingerprint("busy");
        database.execute("INSERT INTO busy.kept (value) VALUES ('a'), ('b')");
        database.execute("INSERT INTO busy.rooms VALUES (1, NULL)");

        database.execute("DROP TABLE busy.order_lines, busy.event_notes, busy.events, busy.scratchpad CASCADE");
        schemas.recreate(reference, "busy", Set.of("order_lines", "events", "scratchpad", "event_notes"));

        assertThat(Fingerprint.differences(before, schemas.fingerprint("busy"))).isEmpty();
        assertThat(database.values("SELECT value FROM busy.kept ORDER BY id")).containsExactly("a", "b");
        assertThat(database.value("SELECT count(*)::text FROM busy.rooms")).isEqualTo("1");
    }

    @Test
    void aPartitionComesBackToItsTable() throws SQLException {
        schemas.create("part", RichSchema.sql("part", on18));
        StructureReference reference = schemas.reference(RichSchema.sql(Schemas.SCRATCH, on18));
        List<String> before = schemas.fingerprint("part");

        database.execute("DROP TABLE part.events_old, part.events_2024 CASCADE");
        Set<String> missing = Set.of("events_old", "events_2024");
        schemas.recreate(reference, "part", missing);
        // A key to the partitioned table goes with a partition.
        List<LostForeignKey> lost = reference.lostForeignKeys(schemas.tenant("part"), missing);
        assertThat(lost).extracting(LostForeignKey::constraint).containsExactly("of_event");
        lost.forEach(key -> database.execute(key.addStatement()));

        assertThat(Fingerprint.differences(before, schemas.fingerprint("part"))).isEmpty();
    }

    @Test
    void recreatedTriggersWorkOnTheTenantsOwnTables() throws SQLException {
        schemas.create(ODD_NAME, RichSchema.sql(ODD_NAME, on18));
        StructureReference reference = schemas.reference(RichSchema.sql(Schemas.SCRATCH, on18));
        database.execute("DROP SCHEMA " + Sql.identifier(ODD_NAME) + " CASCADE");
        schemas.create(ODD_NAME, "");
        schemas.recreate(reference, ODD_NAME, reference.tables());

        String users = Sql.qualified(ODD_NAME, "users");
        database.execute("ALTER TABLE " + users + " NO FORCE ROW LEVEL SECURITY");
        database.execute("INSERT INTO " + users + " (name) VALUES ('ann')");
        assertThat(database.query("SELECT what, who FROM " + Sql.qualified(ODD_NAME, "audit") + " ORDER BY what"))
                .containsExactly(List.of("touched", "ann"), List.of("x", "it"));
    }

    @Test
    void foreignKeysOfOtherTablesAreReported() throws SQLException {
        schemas.create(ODD_NAME, RichSchema.sql(ODD_NAME, on18));
        StructureReference reference = schemas.reference(RichSchema.sql(Schemas.SCRATCH, on18));
        database.execute("DROP TABLE " + Sql.qualified(ODD_NAME, "users") + " CASCADE");

        List<LostForeignKey> lost = reference.lostForeignKeys(schemas.tenant(ODD_NAME), Set.of("users"));
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

        schemas.recreate(reference, ODD_NAME, Set.of("users"));
        reference
                .lostForeignKeys(schemas.tenant(ODD_NAME), Set.of("users"))
                .forEach(key -> database.execute(key.addStatement()));
        assertThat(reference.lostForeignKeys(schemas.tenant(ODD_NAME), Set.of("users")))
                .isEmpty();
    }

    @Test
    void aSequenceThatWasLeftBehindIsTakenOver() throws SQLException {
        String script = "CREATE TABLE t (id smallserial PRIMARY KEY)";
        schemas.create("orphan", "CREATE SEQUENCE t_id_seq INCREMENT 3; SELECT setval('t_id_seq', 41)");
        StructureReference reference = schemas.reference(script);

        schemas.recreate(reference, "orphan", Set.of("t"));
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
        schemas.create("taken", "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");
        StructureReference reference = schemas.reference(script);
        schemas.recreate(reference, "taken", Set.of("t"));
        assertThat(database.value("SELECT prosrc FROM pg_proc WHERE oid = 'taken.f()'::regprocedure"))
                .contains("RETURN NULL");

        database.execute("ALTER TABLE taken.t RENAME TO t_old");
        List<String> before = schemas.fingerprint("taken");
        assertThatThrownBy(() -> schemas.recreate(reference, "taken", Set.of("t")))
                .isInstanceOf(TenantMigratorException.class)
                .hasMessageContaining("table t cannot be made")
                .hasMessageEndingWith("[tenant taken]");
        assertThat(Fingerprint.differences(before, schemas.fingerprint("taken")))
                .isEmpty();
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
        schemas.create("refused", "");
        StructureReference reference = schemas.reference(script);
        assertThatThrownBy(() -> schemas.recreate(reference, "refused", Set.of("t")))
                .isInstanceOf(TenantMigratorException.class)
                .hasMessageContaining(reason)
                .hasMessageEndingWith("[tenant refused]");
    }

    @Test
    void theOwnersDefaultPrivilegesAreTheSameTwice() throws SQLException {
        String script = "CREATE TABLE t (a int); REVOKE INSERT ON t FROM pg_monitor; GRANT SELECT ON t TO pg_monitor";
        database.execute("ALTER DEFAULT PRIVILEGES GRANT INSERT, UPDATE ON TABLES TO pg_monitor");
        schemas.create("defaults", script);
        StructureReference reference = schemas.reference(script);
        List<String> before = schemas.fingerprint("defaults");
        database.execute("DROP TABLE defaults.t");
        schemas.recreate(reference, "defaults", Set.of("t"));
        List<String> after = schemas.fingerprint("defaults");
        database.execute("ALTER DEFAULT PRIVILEGES REVOKE INSERT, UPDATE ON TABLES FROM pg_monitor");

        assertThat(Fingerprint.differences(before, after)).isEmpty();
    }

    @Test
    void readingPutsTheSettingsBack() throws SQLException {
        schemas.create("settings", "");
        String settings = schemas.inTransaction(connection -> {
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
    void readingOutsideATransactionIsTheCallersMistake() throws SQLException {
        schemas.create("bare", "");
        try (Connection connection = database.connection()) {
            assertThatThrownBy(() -> StructureReference.read(connection, "bare"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("definitions are read in a transaction: begin one first");
        }
    }

    @Test
    void aTransactionBegunAsTextWillDo() throws SQLException {
        schemas.create("text", "CREATE TABLE t (a integer)");
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            statement.execute("BEGIN");
            assertThat(TenantObjects.read(connection, "text").tables()).containsExactly("t");
            statement.execute("ROLLBACK");
        }
    }

    @Test
    void aTableThatNoMigrationMakesIsTheCallersMistake() throws SQLException {
        schemas.create("mistake", "");
        StructureReference reference = schemas.reference("CREATE TABLE t (); CREATE VIEW v AS SELECT 1");
        assertThat(reference.tables()).containsExactly("t");
        assertThatThrownBy(() -> schemas.recreate(reference, "mistake", Set.of("v")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no migration makes the table v");
    }
}
