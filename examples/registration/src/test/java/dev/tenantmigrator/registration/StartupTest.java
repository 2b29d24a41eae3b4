package dev.tenantmigrator.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.FleetFailedException;
import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEvent.MigrationApplied;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.registration.SignUp.Account;
import dev.tenantmigrator.spring.TenantMigrationInitializer;
import dev.tenantmigrator.spring.TenantMigratorBuilderCustomizer;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;

/** Startup of the application: alone, together with another instance, behind the fleet, and with a failing tenant. */
class StartupTest {

    private static final String NEXT = "20990101_next";
    private static final String STOP = "tenant-migrator.on-failed-tenant=fail";

    private TestDatabase database;
    private Migrations migrations;

    @BeforeEach
    void createDatabase(@TempDir Path directory) throws IOException, URISyntaxException {
        database = TestDatabase.create("startup");
        migrations = Migrations.copyTo(directory);
    }

    @AfterEach
    void dropDatabase() throws SQLException {
        database.close();
    }

    @Test
    void thePortOpensAfterTheLastMigration() throws IOException {
        createTenants("first", "second");
        migrations.add(NEXT, "CREATE TABLE next ();");
        Queue<String> order = new ConcurrentLinkedQueue<>();
        TenantEventListener listener = event -> {
            if (event instanceof MigrationApplied applied) {
                order.add(applied.version());
            }
        };
        ApplicationListener<WebServerInitializedEvent> portOpen = event -> order.add("port open");

        Instance.start(
                        database,
                        context -> {
                            context.registerBean(TenantEventListener.class, () -> listener);
                            context.addApplicationListener(portOpen);
                        },
                        migrations.property())
                .close();

        assertThat(order).containsExactly(NEXT, NEXT, "port open");
    }

    @Test
    void twoInstancesThatStartAtTheSameMomentApplyEachMigrationOnce() throws Exception {
        List<String> schemas = createTenants("t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7");
        // A second run of the first script would fail; a second run of the second script would count two entries.
        migrations.add(NEXT, "CREATE TABLE ledger (entry int);");
        migrations.add("20990102_entry", "INSERT INTO ledger VALUES (1);");
        Queue<TenantEvent> applied = new ConcurrentLinkedQueue<>();
        Semaphore turn = new Semaphore(1);
        CyclicBarrier atOnce = new CyclicBarrier(2);

        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<Instance> instances = new ArrayList<>();
        try {
            List<CompletableFuture<Instance>> starts = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                starts.add(CompletableFuture.supplyAsync(() -> startTogether(turn, atOnce, applied), threads));
            }
            for (CompletableFuture<Instance> start : starts) {
                instances.add(start.join());
            }

            for (String schema : schemas) {
                assertThat(database.value("SELECT count(*) FROM " + schema + ".ledger"))
                        .isEqualTo("1");
            }
            assertThat(applied).hasSize(2 * schemas.size()).doesNotHaveDuplicates();
            for (int i = 0; i < 2; i++) {
                assertThat(instances.get(i).register("user", i + "@example.org").statusCode())
                        .isEqualTo(201);
            }
        } finally {
            instances.forEach(Instance::close);
            threads.shutdownNow();
        }
    }

    @Test
    void anOldInstanceStartsOnAFleetThatIsAhead() throws IOException {
        migrations.add(NEXT, "CREATE TABLE next ();");
        try (Instance newer = Instance.start(database, migrations.property())) {
            String schema =
                    Instance.account(newer.register("ivan", "ivan@example.org")).schema();

            // With this option the start would fail if a tenant that is ahead counted as failed.
            try (Instance older = Instance.start(database, STOP)) {
                assertThat(applied(schema)).endsWith(NEXT);
                Account account = Instance.account(older.register("judy", "judy@example.org"));
                assertThat(applied(account.schema())).isEqualTo(Migrations.SAMPLE);
            }
        }
    }

    @Test
    void aFailedTenantIsReportedAndTheOthersAreServed(@TempDir Path logs) throws IOException {
        createTenants("broken", "healthy", "broken_too");
        breakNextIn("broken", "broken_too");
        Path log = logs.resolve("registration.log");

        try (Instance instance = Instance.start(database, migrations.property(), "logging.file.name=" + log)) {
            assertThat(applied("healthy")).endsWith(NEXT);
            assertThat(applied("broken")).isEqualTo(Migrations.SAMPLE);
            assertThat(instance.register("kim", "kim@example.org").statusCode()).isEqualTo(201);
        }
        List<String> errors = Files.readAllLines(log).stream()
                .filter(line ->
                        line.contains("ERROR") && line.contains(TenantMigrationInitializer.class.getSimpleName()))
                .toList();
        assertThat(errors).hasSize(2);
        assertThat(errors.get(0)).contains("A tenant was not migrated", "[tenant broken, ", NEXT, "42P07");
        assertThat(errors.get(1)).contains("A tenant was not migrated", "[tenant broken_too, ", NEXT, "42P07");
    }

    @Test
    void aFailedTenantEndsTheStartWhenAskedTo() throws IOException {
        createTenants("broken", "healthy");
        breakNextIn("broken");
        Queue<String> opened = new ConcurrentLinkedQueue<>();
        ApplicationListener<WebServerInitializedEvent> portOpen = event -> opened.add("port open");

        assertThatThrownBy(() -> Instance.start(
                        database, context -> context.addApplicationListener(portOpen), migrations.property(), STOP))
                .hasRootCauseInstanceOf(FleetFailedException.class);

        assertThat(opened).isEmpty();
        assertThat(applied("healthy")).endsWith(NEXT);

        // After the repair the next start continues.
        database.execute("DROP TABLE broken.next");
        Instance.start(database, migrations.property(), STOP).close();
        assertThat(applied("broken")).endsWith(NEXT);
    }

    @Test
    void migrationsThatCannotBeReadAlwaysEndTheStart() throws IOException {
        createTenants("lonely");
        migrations.add(NEXT, "CREATE TABLE next (a text DEFAULT 'no end);");

        assertThatThrownBy(() -> Instance.start(database, migrations.property()))
                .hasRootCauseInstanceOf(InvalidMigrationException.class);

        assertThat(applied("lonely")).isEqualTo(Migrations.SAMPLE);
    }

    /**
     * Starts an instance that waits for the other one before its first database access. Until then the instances take
     * turns, because Spring Boot configures logging for the whole JVM, which must not happen twice at the same time.
     */
    private Instance startTogether(Semaphore turn, CyclicBarrier atOnce, Queue<TenantEvent> applied) {
        try {
            assertThat(turn.tryAcquire(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while waiting for the other instance", e);
        }
        TenantEventListener listener = event -> {
            if (event instanceof MigrationApplied migration) {
                applied.add(new MigrationApplied(migration.schema(), migration.version(), Duration.ZERO));
            }
        };
        return Instance.start(
                database,
                context -> {
                    context.registerBean(TenantEventListener.class, () -> listener);
                    context.registerBean(TenantMigratorBuilderCustomizer.class, () -> builder -> meet(turn, atOnce));
                },
                migrations.property(),
                STOP);
    }

    /** Creates tenants with the migrations of the current release. */
    private List<String> createTenants(String... schemas) {
        TenantMigrator migrator = TenantMigrator.builder(database.dataSource())
                .migrations(MigrationSource.classpath("tenant-migrations"))
                .build();
        for (String schema : schemas) {
            migrator.createTenant(TenantName.exactly(schema));
        }
        return List.of(schemas);
    }

    /** Adds a migration that fails in some tenants. */
    private void breakNextIn(String... schemas) throws IOException {
        migrations.add(NEXT, "CREATE TABLE next ();");
        for (String schema : schemas) {
            database.execute("CREATE TABLE " + schema + ".next ()");
        }
    }

    private List<String> applied(String schema) {
        return database.values("SELECT version FROM " + schema + ".schema_migrations ORDER BY id");
    }

    private static void meet(Semaphore turn, CyclicBarrier atOnce) {
        turn.release();
        try {
            atOnce.await(1, TimeUnit.MINUTES);
        } catch (Exception e) {
            throw new IllegalStateException("the other instance did not start", e);
        }
    }
}
