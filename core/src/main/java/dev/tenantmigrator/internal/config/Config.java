package dev.tenantmigrator.internal.config;

import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.ReadsOutside;
import dev.tenantmigrator.SchemaAdapter;
import dev.tenantmigrator.Spares;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/** The configuration of a migrator. Immutable. */
public record Config(
        DataSource dataSource,
        Optional<DataSource> directDataSource,
        MigrationSource migrations,
        SchemaAdapter adapter,
        Recorder recorder,
        TenantEventListener listener,
        Tenants tenants,
        Set<String> requiredTables,
        Set<String> sharedObjects,
        Set<String> allowedSchemas,
        Set<String> allowedTables,
        ReadsOutside readsOutside,
        Set<String> extensions,
        String sharedSchema,
        int parallelism,
        Duration lockTimeout,
        Optional<Boolean> cluster,
        Optional<Spares> spares,
        boolean errorDetails) {

    /** Copies the sets. Required tables and extensions keep their order, in which they are reported and created. */
    public Config {
        requiredTables = Collections.unmodifiableSet(new LinkedHashSet<>(requiredTables));
        sharedObjects = Set.copyOf(sharedObjects);
        allowedSchemas = Set.copyOf(allowedSchemas);
        allowedTables = Set.copyOf(allowedTables);
        extensions = Collections.unmodifiableSet(new LinkedHashSet<>(extensions));
    }

    /** The treatment of a migration that fails in a spare tenant. */
    public Spares.OnFailure onFailedSpare() {
        return spares.map(Spares::onFailure).orElse(Spares.OnFailure.STOP);
    }

    /** This configuration without a listener: for work on what is no tenant. */
    public Config silent() {
        return new Config(
                dataSource,
                directDataSource,
                migrations,
                adapter,
                recorder,
                event -> {},
                tenants,
                requiredTables,
                sharedObjects,
                allowedSchemas,
                allowedTables,
                readsOutside,
                extensions,
                sharedSchema,
                parallelism,
                lockTimeout,
                cluster,
                spares,
                errorDetails);
    }

    /** Adds the whole error of PostgreSQL, with data, to a failure, if the configuration asks for error details. */
    public Failure detailed(Failure failure, SQLException e) {
        return errorDetails ? failure.withDetail(SqlErrors.detail(e)) : failure;
    }
}
