package dev.tenantmigrator.junit;

import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** A container, started for the run. */
final class ContainerDatabase implements TenantDatabase, AutoCloseable {

    private final PostgreSQLContainer server = new PostgreSQLContainer("postgres:18");

    @Override
    public DataSource dataSource() {
        server.start();
        return TenantDatabase.dataSource(server.getJdbcUrl(), server.getUsername(), server.getPassword());
    }

    @Override
    public TenantMigrator migrator(DataSource dataSource) {
        return TenantMigrator.builder(dataSource)
                .migrations(MigrationSource.directory(Path.of("../../migrations-sample")))
                .build();
    }

    @Override
    public void close() {
        server.close();
    }
}
