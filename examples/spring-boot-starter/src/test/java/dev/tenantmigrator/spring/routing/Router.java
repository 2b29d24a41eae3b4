package dev.tenantmigrator.spring.routing;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.spring.routing.TenantRoutingProperties.WithoutTenant;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/** A router on a HikariCP pool, and tenants whose only row in {@code mark} is their name. */
record Router(HikariDataSource pool, TenantMigrator migrator, TenantRoutingDataSource routed) implements AutoCloseable {

    static Router on(DataSource source, int connections, boolean transactionPooler) {
        return on(source, connections, transactionPooler, WithoutTenant.REFUSE);
    }

    static Router on(DataSource source, int connections, boolean transactionPooler, WithoutTenant withoutTenant) {
        HikariDataSource pool = new HikariDataSource();
        pool.setDataSource(source);
        pool.setMaximumPoolSize(connections);
        pool.setConnectionTimeout(20_000);
        TenantMigrator migrator = TenantMigrator.builder(pool)
                .migrations(MigrationSource.of(Migration.of(
                        "1_mark",
                        "CREATE TABLE mark (tenant text DEFAULT current_schema()); INSERT INTO mark DEFAULT VALUES")))
                .build();
        TenantRoutingDataSource routed = routed(pool, migrator, withoutTenant, transactionPooler);
        return new Router(pool, migrator, routed);
    }

    static TenantRoutingDataSource routed(DataSource pool, TenantMigrator migrator, boolean transactionPooler) {
        return routed(pool, migrator, WithoutTenant.REFUSE, transactionPooler);
    }

    private static TenantRoutingDataSource routed(
            DataSource pool, TenantMigrator migrator, WithoutTenant withoutTenant, boolean transactionPooler) {
        KnownTenants known = new KnownTenants(migrator::tenants, Duration.ofMinutes(1), System::nanoTime);
        TenantRoutingDataSource routed = new TenantRoutingDataSource(
                pool,
                known,
                new TenantRoutingProperties(true, withoutTenant, transactionPooler, Duration.ofMinutes(1), null, null),
                "public",
                List.of("uuid-ossp", "hstore"));
        routed.afterPropertiesSet();
        routed.afterSingletonsInstantiated();
        return routed;
    }

    List<String> createTenants(int number) {
        List<String> tenants =
                IntStream.range(0, number).mapToObj(i -> "tenant" + i).toList();
        tenants.stream()
                .filter(tenant -> !migrator.exists(tenant))
                .forEach(tenant -> migrator.createTenant(TenantName.exactly(tenant)));
        return tenants;
    }

    /** A connection in a tenant, which stays borrowed when the scope has ended. */
    Connection connection(String tenant) throws SQLException {
        return TenantContext.call(tenant, routed::getConnection);
    }

    String read(String tenant, String query) throws SQLException {
        try (Connection connection = connection(tenant)) {
            return value(connection, query);
        }
    }

    static String value(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        migrator.close();
        pool.close();
    }
}
