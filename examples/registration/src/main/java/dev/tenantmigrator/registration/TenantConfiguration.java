package dev.tenantmigrator.registration;

import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.Spares;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorBuilder;
import dev.tenantmigrator.event.TenantEventListener;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Creates the {@link TenantMigrator} of this service. It shares the connection pool of the application. */
@Configuration(proxyBeanMethods = false)
class TenantConfiguration {

    private static final String CLASSPATH = "classpath:";

    @Bean
    TenantMigrator tenantMigrator(
            DataSource dataSource, RegistrationProperties properties, ObjectProvider<TenantEventListener> listener) {
        TenantMigratorBuilder builder = TenantMigrator.builder(dataSource)
                .migrations(source(properties.migrations()))
                .requiredTables("team_member", "vendor", "contact", "reminders")
                .sharedObjects("users")
                .parallelism(properties.parallelism());
        if (properties.spares() > 0) {
            // A registration takes one; a thread of the migrator makes another. Spring closes the migrator, which ends
            // the thread.
            builder.spares(Spares.keep(properties.spares()).inBackground());
        }
        // The listener of TenantMetrics. It is optional, so that the migrator also works without metrics.
        listener.ifAvailable(builder::listener);
        return builder.build();
    }

    private static MigrationSource source(String migrations) {
        return migrations.startsWith(CLASSPATH)
                ? MigrationSource.classpath(
                        migrations.substring(CLASSPATH.length()), TenantConfiguration.class.getClassLoader())
                : MigrationSource.directory(Path.of(migrations));
    }
}
