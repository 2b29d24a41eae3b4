package dev.tenantmigrator.spring;

import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.Spares;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorBuilder;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.spring.TenantMigratorProperties.Tracking;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.ResourceLoader;

/** Creates the application's {@link TenantMigrator}, on its {@link DataSource}, from {@link TenantMigratorProperties}. */
@AutoConfiguration(afterName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
@ConditionalOnSingleCandidate(DataSource.class)
@ConditionalOnProperty(prefix = "tenant-migrator", name = "enabled", matchIfMissing = true)
@EnableConfigurationProperties(TenantMigratorProperties.class)
public class TenantMigratorAutoConfiguration {

    private static final String CLASSPATH = "classpath:";

    @Bean
    @ConditionalOnMissingBean
    TenantMigrator tenantMigrator(
            DataSource dataSource,
            TenantMigratorProperties properties,
            ResourceLoader resources,
            ObjectProvider<TenantEventListener> listeners,
            ObjectProvider<TenantMigratorBuilderCustomizer> customizers) {
        TenantMigratorBuilder builder = TenantMigrator.builder(dataSource)
                .migrations(source(properties.migrations(), resources.getClassLoader()))
                .requiredTables(properties.requiredTables())
                .sharedObjects(properties.sharedObjects())
                .sharedSchema(properties.sharedSchema())
                .allowSchemas(properties.allowedSchemas().toArray(String[]::new))
                .allowTables(properties.allowedTables().toArray(String[]::new))
                .readsOutside(properties.readsOutside())
                .extensions(properties.extensions().toArray(String[]::new))
                .parallelism(properties.parallelism())
                .lockTimeout(properties.lockTimeout())
                .trackingStore(
                        properties.tracking() == Tracking.FLEET ? TrackingStore.fleet() : TrackingStore.perSchema())
                .listener(new TenantEventListeners(listeners.orderedStream().toList()));
        if (properties.spares() > 0) {
            builder.spares(Spares.keep(properties.spares()).inBackground());
        }
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    @Bean
    TenantMigrationInitializer tenantMigrationInitializer(
            TenantMigrator migrator, TenantMigratorProperties properties) {
        return new TenantMigrationInitializer(migrator, properties);
    }

    private static MigrationSource source(String migrations, @Nullable ClassLoader classLoader) {
        if (!migrations.startsWith(CLASSPATH)) {
            return MigrationSource.directory(Path.of(migrations));
        }
        String directory = migrations.substring(CLASSPATH.length());
        return classLoader == null
                ? MigrationSource.classpath(directory)
                : MigrationSource.classpath(directory, classLoader);
    }
}
