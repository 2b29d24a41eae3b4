package dev.tenantmigrator.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SchemaAdapter;
import dev.tenantmigrator.SchemaAdapter.TenantScript;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of {@link SchemaAdapter}: what runs is seen in the catalog of a real server. */
@PostgresTest
public abstract class SchemaAdapterContract {

    private static final SharedObjects SHARED = new SharedObjects("public", Set.of("users"), Map.of(), Set.of());
    private static final List<String> TENANTS = List.of("john_12345678", "O\"Neil 'Ü");

    private final TestDatabase database;
    private final SchemaAdapter adapter;

    protected SchemaAdapterContract(TestDatabase database, SchemaAdapter adapter) {
        this.database = database;
        this.adapter = adapter;
    }

    private TenantScript adapt(String sql) {
        return adapter.adapt(MigrationScript.of("1/migration.sql", sql), SHARED);
    }

    @Test
    void whatIsWrittenForPublicArisesInTheTenantAlone() throws SQLException {
        TenantScript script = adapt("""
                -- CreateTable
                CREATE TABLE "public"."vendor" (id int PRIMARY KEY, visibility text DEFAULT 'public.x');
                CREATE TABLE public.contact (id int REFERENCES PUBLIC . vendor, u int REFERENCES public.users);
                CREATE INDEX contact_u ON "public".contact (u)""");
        database.execute("CREATE TABLE public.users (id int PRIMARY KEY)");
        for (String tenant : TENANTS) {
            try (Connection connection = database.connection();
                    Statement statement = connection.createStatement()) {
                String quoted = '"' + tenant.replace("\"", "\"\"") + '"';
                statement.execute("CREATE SCHEMA " + quoted);
                for (SqlStatement adapted : script.statements(tenant)) {
                    statement.execute(adapted.sql());
                }
            }
            assertThat(database.values(
                            "SELECT relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
                                    + " WHERE nspname = ? ORDER BY 1",
                            tenant))
                    .containsExactly("contact", "contact_u", "vendor", "vendor_pkey");
            assertThat(database.value(
                            "SELECT column_default FROM information_schema.columns WHERE table_schema = ?"
                                    + " AND column_name = 'visibility'",
                            tenant))
                    .isEqualTo("'public.x'::text");
        }
        assertThat(database.values("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"))
                .containsExactly("users");
    }

    @Test
    void statementsKeepTheirLines() {
        List<SqlStatement> statements =
                adapt("SELECT 1;\n\n-- a comment\n  SELECT\n public.f();\n").statements("t_1");
        assertThat(statements).extracting(SqlStatement::line).containsExactly(1, 4);
        assertThat(statements.get(1).sql().lines()).hasSize(2);
        assertThat(statements.get(1).lineAt(statements.get(1).sql().indexOf("f()")))
                .isEqualTo(5);
    }

    /** One would be shared by all tenants, the other reach beyond the migration. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE other.t (id int)",
                "CREATE SCHEMA other",
                "GRANT SELECT ON other.t TO PUBLIC",
                "CREATE ROLE other",
                "ROLLBACK",
                "SAVEPOINT other",
                "SET ROLE other",
                "LISTEN other",
                "SELECT pg_advisory_lock(1)",
            })
    void whatReachesOutOfTheTenantOrTheTransactionIsRefusedWithTheLine(String sql) {
        assertThatThrownBy(() -> adapt("SELECT 1;\n" + sql))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("1/migration.sql:2");
    }

    @Test
    void aSchemaThatIsAllowedByNameIsLeftAsItIs() {
        SharedObjects allowed = new SharedObjects("public", Set.of(), Map.of(), Set.of("audit"));
        TenantScript script =
                adapter.adapt(MigrationScript.of("1/migration.sql", "INSERT INTO audit.log VALUES (1)"), allowed);

        assertThat(script.statements("t_1").get(0).sql()).contains("audit.log");
    }

    @Test
    void theIsolationLevelIsSaidAndNotSent() {
        TenantScript script = adapt("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SELECT 1");

        assertThat(script.isolationLevel()).hasValue("SERIALIZABLE");
        assertThat(script.statements("t_1")).extracting(SqlStatement::sql).containsExactly("SELECT 1");
        assertThat(adapt("SELECT 1").isolationLevel()).isEmpty();
    }

    @Test
    void scriptsThatCreateATenantCanRunInOneTransaction() throws SQLException {
        List<MigrationScript> files = List.of(
                MigrationScript.of("1/migration.sql", "CREATE TYPE public.mood AS ENUM ('a', 'z')"),
                MigrationScript.of("2/migration.sql", "ALTER TYPE public.mood ADD VALUE 'new' BEFORE 'z'"),
                MigrationScript.of("3/migration.sql", "CREATE TABLE public.t (m public.mood DEFAULT 'new')"));
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            statement.execute("BEGIN; CREATE SCHEMA created; SAVEPOINT s; SET LOCAL search_path TO created, public");
            List<TenantScript> scripts = adapter.adaptForCreation(files, SHARED);
            assertThat(scripts).hasSameSizeAs(files);
            for (TenantScript script : scripts) {
                for (SqlStatement adapted : script.statements("created")) {
                    statement.execute(adapted.sql());
                }
            }
            statement.execute("COMMIT");
        }
        assertThat(database.values("SELECT enumlabel::text FROM pg_enum ORDER BY enumsortorder"))
                .containsExactly("a", "new", "z");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT 1;\nSELECT 'open", "\n/* open", "\nSELECT \"open", "\nDO $x$ open $y$"})
    void whatCannotBeReadToItsEndIsRefusedWithTheLine(String sql) {
        assertThatThrownBy(() -> adapt(sql))
                .isInstanceOfSatisfying(
                        InvalidMigrationException.class,
                        e -> assertThat(e.failure().line()).hasValue(2))
                .hasMessageContaining("1/migration.sql:2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \n",
                "-- only a comment",
                "/* x */ ;;",
                "\uFEFF",
                "\\restrict x\n\\unrestrict x",
                "-- tenant-migrator: no-transaction"
            })
    void aScriptWithoutStatementsDoesNothing(String sql) {
        assertThat(adapt(sql).statements("t")).isEmpty();
        assertThat(adapt(sql).transactional()).isTrue();
    }

    @Test
    void bytesThatAreNotUtf8AreRefusedWithTheLine() {
        MigrationScript latin = new MigrationScript("1/migration.sql", new byte[] {'a', '\n', (byte) 0xE9, '\n', 'b'});
        assertThatThrownBy(() -> adapter.adapt(latin, SHARED))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("not UTF-8")
                .hasMessageContaining("1/migration.sql:2");
    }
}
