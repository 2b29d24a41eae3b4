package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantOutcome.Healthy;
import dev.tenantmigrator.report.TenantOutcome.Migrated;
import dev.tenantmigrator.report.TenantOutcome.RolledBack;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A product with two years of Prisma migrations becomes one schema per tenant, and not a byte of them is changed. */
@PostgresTest
class PrismaHistoryTest {

    private static final MigrationSource HISTORY = MigrationSource.classpath("histories/prisma-shop");
    private static final String USERS = "CREATE TABLE users (id serial PRIMARY KEY, email text)";

    private static OriginalProduct original;

    private final TestDatabase database;
    private final TenantMigrator migrator;

    PrismaHistoryTest(TestDatabase database) {
        this.database = database;
        this.migrator = TenantMigrator.builder(database.dataSource())
                .migrations(HISTORY)
                .sharedObjects("users")
                .build();
    }

    @BeforeAll
    static void makeOriginal(TestDatabase database) throws SQLException {
        TestDatabase single = TestDatabase.create("original");
        original = new OriginalProduct(
                single, single.dataSourceOf(single.user(), single.password()), USERS, List.of("users"), HISTORY);
        database.execute(USERS);
    }

    @AfterAll
    static void dropOriginal() throws SQLException {
        original.close();
    }

    @Test
    void twoNewTenantsAreTheOriginal() throws SQLException {
        assertThat(HISTORY.read()).hasSize(60);
        for (String user : List.of("anna", "bob")) {
            String tenant = migrator.createTenant(TenantName.forUser(user)).schema();

            assertIsTheOriginal(tenant);
        }
    }

    /** Each migration in a transaction of its own, those for which PostgreSQL refuses one without; and an odd name. */
    @Test
    void anAdoptedEmptySchemaBecomesTheOriginal() throws SQLException {
        String tenant = "We\"ird Ünit";
        database.execute("CREATE SCHEMA " + Sql.identifier(tenant));
        migrator.adopt(tenant, Set.of());

        migrator.deploy(Tenants.named(tenant)).throwIfFailed();

        assertIsTheOriginal(tenant);
    }

    @Test
    void whatWasRolledBackIsMadeAgain() throws SQLException {
        String tenant = migrator.createTenant(TenantName.forUser("carol")).schema();
        List<String> before = OriginalProduct.structure(database, tenant);
        String version = "20240104093100_auditor_policy";

        assertThat(migrator.rollback(
                                Tenants.named(tenant),
                                version,
                                RollbackOptions.builder().laterVersions(true).build())
                        .throwIfFailed()
                        .of(RolledBack.class))
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.rolledBack())
                        .hasSize(4)
                        .last()
                        .extracting(TenantOutcome.Step::version)
                        .isEqualTo(version));
        assertThat(migrator.deploy(Tenants.named(tenant)).throwIfFailed().of(Migrated.class))
                .hasSize(1);

        assertThat(OriginalProduct.structure(database, tenant)).isEqualTo(before);
    }

    private void assertIsTheOriginal(String tenant) throws SQLException {
        assertThat(original.differencesTo(database, tenant)).isEmpty();
        assertThat(migrator.verify(Tenants.named(tenant)).throwIfFailed().of(Healthy.class))
                .hasSize(1);
        assertThat(OriginalProduct.linesWithPublic(database, tenant))
                .as("a comment and a text")
                .containsExactly(
                        "-- public.\"ProductSales\" cannot be refreshed concurrently before it was filled once",
                        "RAISE EXCEPTION 'too many rows in %', 'public.Order';");
        String schema = Sql.identifier(tenant);
        assertThat(database.values("SELECT slug FROM " + schema + ".\"Category\" ORDER BY id"))
                .containsExactly("new", "sale", "public-3", "public.hidden-4");
        assertThat(database.values("SELECT name FROM " + schema + ".feature_flag ORDER BY 1"))
                .containsExactly("public.api", "public_shop");
        assertThat(Stream.of("Customer_id_seq", "Invoice_id_seq", "Product_id_seq", "invoice_number")
                        .map(name -> database.value("SELECT last_value FROM " + Sql.qualified(tenant, name))))
                .containsExactly("1", "501", "101", "1000");
        assertThat(database.value("SELECT " + schema + ".maintain()")).isEqualTo("3");
        assertThat(Map.of(
                        "number", database.value("SELECT " + schema + ".next_order_number()"),
                        "stock", database.value("SELECT " + schema + ".take_stock(1, 2) IS NULL")))
                .isEqualTo(Map.of("number", "public.000001", "stock", "true"));
        assertThat(database.values("SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                        + " AND relkind = 'r'"))
                .containsExactly("users");
    }
}
