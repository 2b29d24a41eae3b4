package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** Tenants whose record is kept by a store that is not built in, {@link DocumentStore}. */
abstract class CustomStore {

    /** Its effects are hidden from the library, so that it has the full check. */
    static final Migration HIDDEN = Migration.of(
            "20240104_hidden",
            "DO $$ BEGIN EXECUTE 'ALTER TABLE notes ADD COLUMN hidden int'; END $$",
            "ALTER TABLE notes DROP COLUMN hidden");

    /** Names the store's table in a way that no text shows. */
    static final String HIDDEN_WRITE = "DO $$ BEGIN EXECUTE reverse('drocer.stnemucod MORF ETELED'); END $$";

    static final Migration INDEX = Migration.of(
            "20240105_index",
            "CREATE INDEX CONCURRENTLY notes_body ON public.notes (body)",
            "DROP INDEX CONCURRENTLY public.notes_body");

    final TestDatabase database;

    CustomStore(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        TenantMigrator migrator = with(MEMBERS);
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
        database.execute("DROP SCHEMA IF EXISTS documents, tenant_migrator_fleet CASCADE");
        database.assertNoLeaks();
    }

    TenantMigratorBuilder builder(TrackingStore store, Migration... migrations) {
        return Samples.migrator(database, migrations).trackingStore(store);
    }

    TenantMigrator with(Migration... migrations) {
        return builder(new DocumentStore(), migrations).build();
    }

    String create(String name, Migration... migrations) {
        return with(migrations).createTenant(TenantName.exactly(name)).schema();
    }

    List<AppliedMigration> record(String schema) {
        try (Connection connection = database.connection()) {
            return new DocumentStore().read(connection, List.of(schema)).getOrDefault(schema, List.of());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As {@code version}, {@code version started}. */
    List<String> versions(String schema) {
        return record(schema).stream()
                .map(row -> row.version() + (row.finished() ? "" : " started"))
                .toList();
    }

    static List<String> versionsOf(Migration... migrations) {
        return List.of(migrations).stream().map(Migration::version).toList();
    }

    Optional<String> relation(String name) {
        return Optional.ofNullable(database.value("SELECT to_regclass('" + name + "')::text"));
    }

    static Failure onlyFailure(FleetReport report) {
        assertThat(report.failed()).hasSize(1);
        return report.failed().get(0).failure();
    }

    interface Numbered<T> {
        T run(int number);
    }

    static <T> List<T> atOnce(int runs, Numbered<T> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(runs);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < runs; i++) {
                int number = i;
                futures.add(threads.submit(() -> {
                    start.await();
                    return work.run(number);
                }));
            }
            start.countDown();
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get(1, TimeUnit.MINUTES));
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    void setStarted(String schema, Migration migration) {
        database.execute(
                "UPDATE " + DocumentStore.TABLE + " SET versions = (SELECT jsonb_agg(CASE WHEN e ->> 'version' = ?"
                        + " THEN e || '{\"applied_at\": null}' ELSE e END) FROM jsonb_array_elements(versions) e)"
                        + " WHERE tenant = ?",
                migration.version(),
                schema);
        assertThat(versions(schema)).contains(migration.version() + " started");
    }
}
