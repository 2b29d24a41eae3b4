package dev.tenantmigrator.internal.config;

import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.ReadsOutside;
import dev.tenantmigrator.SchemaAdapter;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/** Default configurations, for tests of classes that take one. */
public final class Configs {

    private Configs() {}

    /** With these migrations, and so many tenants at a time. */
    public static Config of(DataSource dataSource, MigrationSource migrations, int parallelism) {
        return new Config(
                dataSource,
                Optional.empty(),
                migrations,
                SchemaAdapter.standard(),
                Recorder.of(TrackingStore.perSchema(), Duration.ofSeconds(2)),
                event -> {},
                Tenants.all(),
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                ReadsOutside.WARN,
                Set.of(),
                "public",
                parallelism,
                Duration.ofSeconds(2),
                Optional.empty(),
                Optional.empty(),
                false);
    }
}
