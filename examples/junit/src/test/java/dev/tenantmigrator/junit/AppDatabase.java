package dev.tenantmigrator.junit;

import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import java.nio.file.Path;
import javax.sql.DataSource;

/** The sample's tables on the test server. */
final class AppDatabase implements TenantDatabase {

    @Override
    public DataSource dataSource() {
        return SharedServer.database().dataSource();
    }

    @Override
    public TenantMigrator migrator(DataSource dataSource) {
        return TenantMigrator.builder(dataSource)
                .migrations(MigrationSource.directory(Path.of("../../migrations-sample")))
                .build();
    }
}
