package dev.tenantmigrator.junit;

import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import javax.sql.DataSource;

/** An embedded server, started for the run. */
final class EmbeddedDatabase implements TenantDatabase, AutoCloseable {

    private final EmbeddedPostgres server;

    EmbeddedDatabase() throws IOException {
        server = EmbeddedPostgres.start();
    }

    @Override
    public DataSource dataSource() {
        return server.getPostgresDatabase();
    }

    @Override
    public TenantMigrator migrator(DataSource dataSource) {
        return TenantMigrator.builder(dataSource)
                .migrations(MigrationSource.directory(Path.of("../../migrations-sample")))
                .build();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
