package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.internal.jdbc.TenantLock;
import dev.tenantmigrator.rollout.Rollout;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.LoggerFactory;

/** The library's events in JDK Flight Recorder. */
@PostgresTest
class RecordingTest {

    private static final DeployOptions BY_NAME = DeployOptions.builder()
            .rollout(Rollout.builder().order(Comparator.naturalOrder()).build())
            .build();

    private final TestDatabase database;
    private final Path directory;

    RecordingTest(TestDatabase database, @TempDir Path directory) {
        this.database = database;
        this.directory = directory;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
        database.assertNoLeaks();
    }

    private interface Work {
        void run() throws SQLException;
    }

    private List<RecordedEvent> record(Work work) throws SQLException, IOException {
        Path file = directory.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            recording.start();
            work.run();
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = new ArrayList<>();
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
            if (event.getEventType().getName().startsWith("dev.tenantmigrator.")) {
                events.add(event);
            }
        }
        return events;
    }

    private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("dev.tenantmigrator." + name))
                .toList();
    }

    private static List<String> fields(List<RecordedEvent> events, String name, String... fields) {
        return named(events, name).stream()
                .map(event -> Stream.of(fields)
                        .map(event::<Object>getValue)
                        .map(String::valueOf)
                        .reduce((left, right) -> left + " " + right)
                        .orElseThrow())
                .toList();
    }

    @Test
    void aRunItsTenantsAndMigrationsHaveTheirTimes() throws Exception {
        String a = Samples.create(database, "a", MEMBERS);
        String b = Samples.create(database, "b", MEMBERS, NOTES);
        Migration slow = Migration.of("20240201_slow", "SELECT pg_sleep(0.2)");
        Migration fails = Migration.of(
                "20240202_fails", "SELECT 1 / (CASE WHEN current_schema() = '" + b + "' THEN 0 ELSE 1 END)");

        List<RecordedEvent> events =
                record(() -> Samples.with(database, MEMBERS, NOTES, slow, fails).deploy(Tenants.all(), BY_NAME));

        assertThat(fields(events, "Run", "run", "tenants", "failed", "outcome", "sqlState"))
                .containsExactly("deploy 2 1 {MIGRATED=1, FAILED=1} ");
        assertThat(fields(events, "Tenant", "tenant", "outcome", "version", "sqlState"))
                .containsExactly(a + " Migrated  ", b + " Failed 20240202_fails 22012");
        assertThat(fields(events, "Migration", "tenant", "version", "outcome", "tries", "sqlState"))
                .containsExactly(
                        a + " 20240102_notes DONE 1 ",
                        a + " 20240201_slow DONE 1 ",
                        a + " 20240202_fails DONE 1 ",
                        b + " 20240201_slow DONE 1 ",
                        b + " 20240202_fails Failed 1 22012");
        RecordedEvent run = named(events, "Run").get(0);
        RecordedEvent tenant = named(events, "Tenant").get(0);
        RecordedEvent migration = named(events, "Migration").get(1);
        assertThat(migration.getDuration()).isGreaterThanOrEqualTo(Duration.ofMillis(200));
        assertThat(tenant.getStartTime()).isBefore(migration.getStartTime());
        assertThat(tenant.getEndTime()).isAfter(migration.getEndTime());
        assertThat(run.getStartTime()).isBefore(tenant.getStartTime());
        assertThat(run.getEndTime()).isAfter(tenant.getEndTime());
        assertThat(run.getEventType().getCategoryNames()).containsExactly("Tenant Migrator");
        assertThat(run.getEventType().getLabel()).isEqualTo("Run");
        assertThat(run.getEventType().getDescription()).isNotEmpty();
        assertThat(run.getStackTrace()).isNull();
    }

    @Test
    void aMigrationThatIsTriedAgainShowsEachTry() throws Exception {
        String a = Samples.create(database, "a", MEMBERS);
        TenantMigrator migrator = Samples.migrator(
                        database, MEMBERS, Migration.of("20240201_drop", "DROP TABLE team_member"))
                .lockTimeout(Duration.ofMillis(20))
                .build();
        List<RecordedEvent> events;
        try (Connection reader = database.rawDataSource().getConnection();
                Statement statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.execute("SELECT FROM " + a + ".team_member");
            events = record(() -> migrator.deploy(Tenants.named(a)));
            reader.rollback();
        }

        assertThat(fields(events, "Retry", "tenant", "version", "tries", "sqlState"))
                .startsWith(a + " 20240201_drop 1 55P03", a + " 20240201_drop 2 55P03");
        assertThat(fields(events, "Migration", "tries", "outcome")).startsWith("1 AGAIN", "2 AGAIN");
        assertThat(fields(events, "Migration", "outcome", "sqlState")).endsWith("Failed 55P03");
    }

    @Test
    void aWaitForAnotherInstanceLastsUntilTheTenantIsFree() throws Exception {
        String a = Samples.create(database, "a", MEMBERS);
        Samples.create(database, "b", MEMBERS);
        try (Connection other = database.rawDataSource().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.executeQuery(TenantLock.tryQuery(a)).close();
            TenantEventListener releases = event -> {
                if (event instanceof TenantEvent.MigrationApplied applied
                        && !applied.schema().equals(a)) {
                    rollback(other);
                }
            };
            TenantMigrator migrator = Samples.migrator(database, MEMBERS, NOTES)
                    .listener(releases)
                    .build();

            List<RecordedEvent> events = record(() -> migrator.deploy(Tenants.all(), BY_NAME));

            assertThat(fields(events, "LockWait", "tenant")).containsExactly(a);
            RecordedEvent wait = named(events, "LockWait").get(0);
            RecordedEvent whileWaiting = named(events, "Migration").stream()
                    .filter(event -> !event.getString("tenant").equals(a))
                    .findFirst()
                    .orElseThrow();
            assertThat(wait.getStartTime()).isBefore(whileWaiting.getStartTime());
            assertThat(wait.getEndTime()).isAfter(whileWaiting.getEndTime());
        }
    }

    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void creationsAreRecordedAlsoThoseThatFail() throws Exception {
        Migration fails = Migration.of("20240201_fails", "SELECT 1/0");
        List<String> created = new ArrayList<>();

        List<RecordedEvent> events = record(() -> {
            created.add(Samples.create(database, "a", MEMBERS, NOTES));
            assertThatThrownBy(() -> Samples.create(database, "b", MEMBERS, fails))
                    .isInstanceOf(MigrationFailedException.class);
        });

        assertThat(fields(events, "Creation", "tenant", "migrations", "outcome", "sqlState"))
                .containsExactly(created.get(0) + " 2 Created ", " 0 Failed 22012");
    }

    @Test
    void aRuntimeWithoutTheRecorderDoesTheSameWork() throws Exception {
        List<String> classPath = new ArrayList<>();
        for (Class<?> type :
                List.of(TenantMigrator.class, RecordingTest.class, PGSimpleDataSource.class, LoggerFactory.class)) {
            classPath.add(Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString());
        }
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--limit-modules",
                        "java.sql,java.naming,java.management,java.security.sasl",
                        "-cp",
                        String.join(System.getProperty("path.separator"), classPath),
                        WithoutRecorder.class.getName(),
                        database.jdbcUrl(),
                        database.user(),
                        database.password())
                .redirectErrorStream(true)
                .start();

        assertThat(new String(process.getInputStream().readAllBytes(), UTF_8)).endsWith("{MIGRATED=1} false");
        assertThat(process.waitFor()).isZero();
    }

    /** A program of its own. */
    static final class WithoutRecorder {

        private WithoutRecorder() {}

        public static void main(String... arguments) {
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setUrl(arguments[0]);
            source.setUser(arguments[1]);
            source.setPassword(arguments[2]);
            TenantMigrator.builder(source)
                    .migrations(MigrationSource.of(MEMBERS))
                    .build()
                    .createTenant(TenantName.forUser("a"));
            System.out.print(TenantMigrator.builder(source)
                            .migrations(MigrationSource.of(MEMBERS, NOTES))
                            .build()
                            .deployAll()
                            .throwIfFailed()
                            .counts()
                    + " " + ModuleLayer.boot().findModule("jdk.jfr").isPresent());
        }
    }
}
