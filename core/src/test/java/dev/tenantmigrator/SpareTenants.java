package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.event.SpareEvent;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;

/** Migrators with spare tenants, and what they tell their listener. */
abstract class SpareTenants {

    final TestDatabase database;
    final List<TenantEvent> events = new CopyOnWriteArrayList<>();
    /** Without those that tell of a spare that was made. */
    final List<SpareEvent> spareEvents = new CopyOnWriteArrayList<>();

    SpareTenants(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        for (TrackingStore store : List.of(TrackingStore.perSchema(), TrackingStore.fleet(), new DocumentStore())) {
            TenantMigrator migrator =
                    Samples.migrator(database, MEMBERS).trackingStore(store).build();
            migrator.tenants().forEach(migrator::dropTenant);
            migrator.dropSpares();
        }
    }

    TenantMigrator migrator(int spares, Migration... migrations) {
        return migrator(spares, builder -> builder, migrations);
    }

    TenantMigrator migrator(int spares, UnaryOperator<TenantMigratorBuilder> more, Migration... migrations) {
        return more.apply(Samples.migrator(database, migrations)
                        .spares(Spares.keep(spares))
                        .listener(new TenantEventListener() {
                            @Override
                            public void onEvent(TenantEvent event) {
                                events.add(event);
                            }

                            @Override
                            public void onSpares(SpareEvent event) {
                                if (!(event instanceof SpareEvent.SpareMade)) {
                                    spareEvents.add(event);
                                }
                            }
                        }))
                .build();
    }

    TenantMigratorBuilder builder(Spares spares, Migration... migrations) {
        return Samples.migrator(database, migrations).spares(spares);
    }

    TenantMigrator filled(int spares, Migration... migrations) {
        TenantMigrator migrator = migrator(spares, migrations);
        assertThat(migrator.maintainSpares().created()).isEqualTo(spares);
        return migrator;
    }

    String noSpare() {
        return spareEvents.stream()
                .map(event -> ((SpareEvent.NoSpare) event).reason())
                .reduce((first, last) -> last)
                .orElse("");
    }
}
