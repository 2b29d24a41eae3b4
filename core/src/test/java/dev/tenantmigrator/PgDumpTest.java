package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.TenantOutcome.Healthy;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The output of {@code pg_dump --schema-only} is a first migration as it stands: version 15's without owners, and version
 * 18's with owners and with syntax that older servers do not know.
 */
@PostgresTest
class PgDumpTest {

    private static final String USERS = "CREATE TABLE public.users (id int PRIMARY KEY, email text)";

    private final TestDatabase database;
    private final DataSource login;

    PgDumpTest(TestDatabase database) {
        this.database = database;
        this.login = database.dataSourceOf("shop_owner", "secret");
    }

    @BeforeEach
    void makeRoles() throws SQLException {
        asSuperuser(
                database,
                "CREATE ROLE shop_owner LOGIN PASSWORD 'secret'; CREATE ROLE shop_app;"
                        + " GRANT CREATE ON DATABASE " + database.name() + " TO shop_owner;"
                        + " GRANT CREATE ON SCHEMA public TO shop_owner");
    }

    @AfterEach
    void dropRoles() throws SQLException {
        asSuperuser(
                database, "DROP OWNED BY shop_owner CASCADE; DROP OWNED BY shop_app; DROP ROLE shop_owner, shop_app");
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void eachTenantIsTheOriginal(int dumpedBy) throws SQLException {
        int server = Integer.parseInt(database.value("SHOW server_version_num")) / 10_000;
        assumeTrue(server >= dumpedBy, "SET transaction_timeout and virtual columns are unknown to this server");
        MigrationSource dump = MigrationSource.classpath("histories/pg-dump-" + dumpedBy);
        OriginalProduct.runAsItStands(login, MigrationScript.of("users", USERS));
        TenantMigrator migrator = TenantMigrator.builder(login)
                .migrations(dump)
                .sharedObjects("users")
                .build();

        try (OriginalProduct original = original(dump)) {
            for (String user : List.of("anna", "bob")) {
                String tenant = migrator.createTenant(TenantName.forUser(user)).schema();
                assertIsTheOriginal(original, migrator, tenant);
            }
            String adopted = "We\"ird Ünit";
            OriginalProduct.runAsItStands(
                    login, MigrationScript.of("schema", "CREATE SCHEMA " + Sql.identifier(adopted)));
            migrator.adopt(adopted, Set.of());
            migrator.deploy(Tenants.named(adopted)).throwIfFailed();
            assertIsTheOriginal(original, migrator, adopted);
        }
    }

    /** A dump of version 15 with rows in COPY. */
    @Test
    void eachTenantHasTheRowsOfADump() throws SQLException {
        MigrationSource dump = MigrationSource.classpath("histories/pg-dump-data");
        TenantMigrator migrator = TenantMigrator.builder(login).migrations(dump).build();

        try (OriginalProduct original = original(dump)) {
            String created = migrator.createTenant(TenantName.forUser("carl")).schema();
            assertThat(original.differencesTo(database, created)).isEmpty();
            assertThat(OriginalProduct.rows(database, created))
                    .hasSizeGreaterThan(50)
                    .isEqualTo(original.rows(created));
            OriginalProduct.runAsItStands(login, MigrationScript.of("schema", "CREATE SCHEMA adopted"));
            migrator.adopt("adopted", Set.of());
            migrator.deploy(Tenants.named("adopted")).throwIfFailed();
            assertThat(OriginalProduct.rows(database, "adopted")).isEqualTo(original.rows(created));
        }
    }

    private OriginalProduct original(MigrationSource dump) throws SQLException {
        TestDatabase single = TestDatabase.create("original");
        asSuperuser(single, "ALTER DATABASE " + single.name() + " OWNER TO shop_owner");
        return new OriginalProduct(single, single.dataSourceOf("shop_owner", "secret"), USERS, List.of("users"), dump);
    }

    private void assertIsTheOriginal(OriginalProduct original, TenantMigrator migrator, String tenant)
            throws SQLException {
        assertThat(original.differencesTo(database, tenant)).isEmpty();
        assertThat(migrator.verify(Tenants.named(tenant)).throwIfFailed().of(Healthy.class))
                .hasSize(1);
        assertThat(OriginalProduct.linesWithPublic(database, tenant))
                .as("a comment, and the text before a title")
                .containsExactly(
                        "-- public.books: it's a comment; isn't it",
                        "EXECUTE format('INSERT INTO " + Sql.identifier(tenant)
                                + ".visits (at, page) VALUES (now(), %L)', 'public: ' || NEW.title);");
        assertThat(database.value(
                        "SELECT obj_description(?::text::regnamespace, 'pg_namespace')", Sql.identifier(tenant)))
                .isEqualTo("the library's tables; public.users is shared");
        assertThat(database.values("SELECT setrole::text FROM pg_db_role_setting"))
                .isEmpty();
    }

    private static void asSuperuser(TestDatabase where, String sql) throws SQLException {
        try (Connection connection = where.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
