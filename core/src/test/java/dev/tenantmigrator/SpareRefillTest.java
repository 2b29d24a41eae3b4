package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.event.SpareEvent;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The thread of a migrator that refills the stock of spare tenants. */
@PostgresTest
class SpareRefillTest extends SpareTenants {

    SpareRefillTest(TestDatabase database) {
        super(database);
    }

    @Test
    void aThreadRefillsTheStockUntilTheMigratorIsClosed() throws Exception {
        BlockingQueue<TenantEvent> events = new LinkedBlockingQueue<>();
        Set<Thread> before = refillingThreads();
        TenantMigrator watcher = builder(Spares.keep(2), MEMBERS).build();
        try (TenantMigrator migrator = builder(Spares.keep(2).inBackground(), MEMBERS)
                .listener(events::add)
                .build()) {
            awaitReady(watcher, 2);
            assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare())
                    .isTrue();
            awaitReady(watcher, 2);
        }
        assertThat(refillingThreads()).isEqualTo(before);
        assertThat(events).hasSize(1);
    }

    @Test
    void theThreadReportsAFailureAndPausesWhileSignUpsGoOn() throws Exception {
        BlockingQueue<SpareEvent> events = new LinkedBlockingQueue<>();
        Migration needsHelp = Migration.of("1", "CREATE TABLE helped (id int REFERENCES public.helper (id))");
        TenantMigratorBuilder builder = builder(Spares.keep(1).inBackground(), needsHelp)
                .sharedObjects("helper")
                .listener(new TenantEventListener() {
                    @Override
                    public void onEvent(TenantEvent event) {}

                    @Override
                    public void onSpares(SpareEvent event) {
                        events.add(event);
                    }
                });
        try (TenantMigrator migrator = builder.build()) {
            SpareEvent event = events.poll(30, TimeUnit.SECONDS);

            assertThat(event).isInstanceOfSatisfying(SpareEvent.RefillFailed.class, failed -> {
                assertThat(failed.failure().message()).contains("helper");
                assertThat(failed.pause()).isPositive();
            });
            assertThat(migrator.status().spares().refillFailure().orElseThrow().message())
                    .contains("helper");
            database.execute("CREATE TABLE public.helper (id int PRIMARY KEY)");
            assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare())
                    .isFalse();
        } finally {
            Samples.dropAll(database);
            database.execute("DROP TABLE public.helper");
        }
    }

    @Test
    void anErrorInTheThreadIsReportedAndDoesNotEndIt() throws Exception {
        BlockingQueue<SpareEvent> events = new LinkedBlockingQueue<>();
        Set<Thread> before = refillingThreads();
        MigrationSource source = new MigrationSource() {
            @Override
            public List<Migration> read() {
                if (Thread.currentThread().getName().equals("tenant-migrator-spares")) {
                    throw new StackOverflowError();
                }
                return List.of(MEMBERS);
            }
        };
        TenantEventListener failing = new TenantEventListener() {
            @Override
            public void onEvent(TenantEvent event) {}

            @Override
            public void onSpares(SpareEvent event) {
                events.add(event);
                throw new AssertionError("a listener's error");
            }
        };
        try (TenantMigrator migrator = Samples.migrator(database)
                .migrations(source)
                .spares(Spares.keep(1).inBackground())
                .listener(failing)
                .build()) {
            assertThat(events.poll(30, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(
                            SpareEvent.RefillFailed.class,
                            failed -> assertThat(failed.failure().message()).contains("StackOverflowError"));
            assertThat(migrator.status().spares().refillFailure()).isPresent();
            assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare())
                    .isFalse();
            Set<Thread> own = refillingThreads();
            own.removeAll(before);
            assertThat(own)
                    .singleElement()
                    .satisfies(thread -> assertThat(thread.isAlive()).isTrue());
        }
        assertThat(refillingThreads()).isEqualTo(before);
    }

    @Test
    void closingEndsTheRefillAfterTheSpareInHand() throws Exception {
        Migration slow = Migration.of("1", "CREATE TABLE t (id int); SELECT pg_sleep(0.2)");
        Set<Thread> before = refillingThreads();
        TenantMigrator migrator = builder(Spares.keep(50).inBackground(), slow).build();
        database.awaitRow("SELECT 1 FROM pg_namespace WHERE nspname ~ '^tenant_migrator_spare_' HAVING count(*) >= 1");
        migrator.close();
        assertThat(refillingThreads()).isEqualTo(before);
        assertThat(Samples.with(database, slow).spares().size()).isLessThan(20);
    }

    private static Set<Thread> refillingThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("tenant-migrator-spares"))
                .collect(Collectors.toSet());
    }

    private void awaitReady(TenantMigrator watcher, int number) {
        database.awaitRow(
                "SELECT 1 FROM pg_namespace WHERE nspname ~ '^tenant_migrator_spare_' HAVING count(*) = " + number);
        assertThat(watcher.status().spares().ready()).isEqualTo(number);
    }
}
