package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.PlannedMigration;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantOutcome.Migrated;
import dev.tenantmigrator.report.TenantOutcome.RolledBack;
import dev.tenantmigrator.report.TenantOutcome.Step;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Versions are names of directories, which hold almost any character, and are values in SQL, messages and plans. */
@PostgresTest
class AnyVersionNameTest {

    private static final List<String> NAMES = List.of(
            " 01 leading and trailing space ",
            "02_O'Brien \"x\" copy (2)",
            "03_\\'; DROP TABLE one; --",
            "04_$1 ? {d} {} %s %d :x :'x' $$ @|bold|@",
            "05_a+,b-",
            "06_été Ж 漢字 🐘 \u200D",
            "07_" + "é".repeat(126));

    private final TestDatabase database;

    AnyVersionNameTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        for (TrackingStore store : stores().toList()) {
            TenantMigrator migrator = migrator(store, NAMES.size()).build();
            migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
        }
        database.assertNoLeaks();
    }

    static Stream<TrackingStore> stores() {
        return Stream.of(TrackingStore.perSchema(), TrackingStore.fleet());
    }

    private TenantMigratorBuilder migrator(TrackingStore store, int count) {
        List<Migration> migrations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            migrations.add(Migration.of(NAMES.get(i), "CREATE TABLE t" + i + " ()", "DROP TABLE t" + i));
        }
        return Samples.migrator(database, migrations.toArray(Migration[]::new)).trackingStore(store);
    }

    @ParameterizedTest
    @MethodSource("stores")
    void everyRunTakesThem(TrackingStore store) {
        String half =
                migrator(store, 3).build().createTenant(TenantName.forUser("a")).schema();
        List<TenantEvent> events = new CopyOnWriteArrayList<>();
        TenantMigrator all = migrator(store, NAMES.size()).listener(events::add).build();
        String whole = all.createTenant(TenantName.forUser("b")).schema();

        FleetReport deployed = all.deployAll().throwIfFailed();

        assertThat(deployed.of(Migrated.class)).singleElement().satisfies(tenant -> {
            assertThat(tenant.schema()).isEqualTo(half);
            assertThat(tenant.applied()).extracting(Step::version).isEqualTo(NAMES.subList(3, NAMES.size()));
        });
        assertThat(events.stream()
                        .filter(TenantEvent.MigrationApplied.class::isInstance)
                        .map(event -> ((TenantEvent.MigrationApplied) event).version()))
                .isEqualTo(NAMES.subList(3, NAMES.size()));
        assertThat(all.status(Tenants.all()).tenants()).allSatisfy(tenant -> {
            assertThat(tenant.applied()).extracting(AppliedMigration::version).isEqualTo(NAMES);
            assertThat(tenant.healthy()).isTrue();
        });
        assertThat(all.deployAll().of(TenantOutcome.UpToDate.class)).hasSize(2);

        for (String version : NAMES) {
            all.repair(Tenants.named(half), new Repair.AcceptChecksum(version)).throwIfFailed();
        }
        all.repair(Tenants.named(half), new Repair.MarkNotApplied(NAMES.get(6))).throwIfFailed();
        all.repair(Tenants.named(half), new Repair.MarkApplied(NAMES.get(6))).throwIfFailed();
        FleetReport back = all.rollback(
                        Tenants.all(),
                        NAMES.get(0),
                        RollbackOptions.builder().laterVersions(true).build())
                .throwIfFailed();
        assertThat(back.of(RolledBack.class))
                .hasSize(2)
                .allSatisfy(tenant -> assertThat(tenant.rolledBack())
                        .extracting(Step::version)
                        .isEqualTo(reversed(NAMES)));
        assertThat(database.values(
                        "SELECT relname FROM pg_class WHERE relname ~ '^t[0-9]' AND relnamespace"
                                + " IN (?::regnamespace, ?::regnamespace)",
                        half,
                        whole))
                .isEmpty();
    }

    private static List<String> reversed(List<String> names) {
        List<String> reversed = new ArrayList<>(names);
        Collections.reverse(reversed);
        return reversed;
    }

    /** The plan is a script for psql. */
    @Test
    void aPlanRunsAsItIsPrinted() throws SQLException {
        String a = migrator(TrackingStore.perSchema(), 1)
                .build()
                .createTenant(TenantName.forUser("a"))
                .schema();
        TenantMigrator all = migrator(TrackingStore.perSchema(), NAMES.size()).build();

        List<PlannedMigration> planned =
                all.plan(Tenants.named(a)).tenants().get(0).migrations();
        try (Connection connection = database.connection();
                var statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            for (PlannedMigration migration : planned) {
                for (String sql : migration.before()) {
                    statement.execute(sql);
                }
                for (SqlStatement sql : migration.statements()) {
                    statement.execute(sql.sql());
                }
                for (String sql : migration.after()) {
                    statement.execute(sql);
                }
            }
        }

        assertThat(database.values("SELECT version FROM " + Sql.identifier(a) + ".schema_migrations ORDER BY id"))
                .isEqualTo(NAMES);
    }

    @Test
    void aFailureNamesThem() {
        String a = migrator(TrackingStore.perSchema(), 3)
                .build()
                .createTenant(TenantName.forUser("a"))
                .schema();
        Migration fails = Migration.of(NAMES.get(3), "SELECT 1;\nSELECT 1/0");

        Failure failure = Samples.with(database, fails, named(0), named(1), named(2))
                .deploy(Tenants.named(a))
                .failed()
                .get(0)
                .failure();

        assertThat(failure.version()).contains(NAMES.get(3));
        assertThat(failure.toString()).contains(NAMES.get(3) + "/migration.sql:2");
    }

    private static Migration named(int i) {
        return Migration.of(NAMES.get(i), "CREATE TABLE t" + i + " ()", "DROP TABLE t" + i);
    }

    /** macOS and some archives spell an accent as a character of its own. */
    @Test
    void anotherSpellingOfARecordedVersionIsNotAppliedAgain() {
        Migration composed = Migration.of("2_\u00E9", "CREATE TABLE two ()");
        Migration decomposed = Migration.of("2_e\u0301", "CREATE TABLE IF NOT EXISTS two ()");
        Migration one = Migration.of("1", "SELECT 1");
        String a = Samples.create(database, "a", one, composed);

        FleetReport report = Samples.with(database, one, decomposed).deploy(Tenants.named(a));

        assertThat(report.failed().get(0).failure().message())
                .contains("normal forms")
                .contains("rename the directory");
        assertThat(database.values("SELECT version FROM " + a + ".schema_migrations ORDER BY id"))
                .containsExactly("1", composed.version());
    }

    /** These encodings order letters otherwise than Unicode does. */
    @ParameterizedTest
    @CsvSource({
        "WIN1251, 2_\u0435, 3_\u0436, 3_\u0451",
        "EUC_JP, 2_\u4E01, 3_\u4E00, 3_\u4E9C",
        "LATIN1, 2_e, 3_z, 3_\u00E9"
    })
    void theOrderOfTheServersEncodingDoesNotMatter(String encoding, String second, String third, String fourth)
            throws SQLException {
        String other = database.name() + "_other";
        try (Connection superuser = database.superuserDataSource().getConnection();
                var statement = superuser.createStatement()) {
            statement.execute("CREATE DATABASE " + other + " ENCODING '" + encoding
                    + "' TEMPLATE template0 LC_COLLATE 'C'" + " LC_CTYPE 'C' OWNER " + database.user());
            try {
                PGSimpleDataSource source = new PGSimpleDataSource();
                source.setUrl(database.jdbcUrl().replace("/" + database.name(), "/" + other));
                source.setUser(database.user());
                source.setPassword(database.password());
                List<Migration> migrations = Stream.of("1_first", second, third, fourth)
                        .map(version -> Migration.of(version, "SELECT 1", "SELECT 1"))
                        .toList();
                for (TrackingStore store : stores().toList()) {
                    TenantMigrator whole = TenantMigrator.builder(source)
                            .extensions()
                            .trackingStore(store)
                            .migrations(MigrationSource.of(migrations.toArray(Migration[]::new)))
                            .build();
                    String a = whole.createTenant(TenantName.forUser("a")).schema();
                    whole.rollback(
                                    Tenants.named(a),
                                    second,
                                    RollbackOptions.builder()
                                            .laterVersions(true)
                                            .build())
                            .throwIfFailed();
                    whole.deploy(Tenants.named(a)).throwIfFailed();
                    whole.repair(Tenants.named(a), new Repair.MarkNotApplied(fourth))
                            .throwIfFailed();
                    assertThat(whole.deploy(Tenants.named(a)).outcomes().get(0)).isInstanceOf(Migrated.class);
                    whole.dropTenant(a);
                }
            } finally {
                statement.execute("DROP DATABASE " + other + " WITH (FORCE)");
            }
        }
    }

    @Test
    void aDatabaseThatLacksTheCharactersSaysSo() throws SQLException {
        String latin = database.name() + "_latin";
        try (Connection superuser = database.superuserDataSource().getConnection();
                var statement = superuser.createStatement()) {
            statement.execute("CREATE DATABASE " + latin + " ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C'"
                    + " LC_CTYPE 'C' OWNER " + database.user());
            try {
                PGSimpleDataSource source = new PGSimpleDataSource();
                source.setUrl(database.jdbcUrl().replace("/" + database.name(), "/" + latin));
                source.setUser(database.user());
                source.setPassword(database.password());
                Migration fits = Migration.of("1_été ÿ", "CREATE TABLE a ()");
                Migration foreign = Migration.of("2_漢", "CREATE TABLE b ()");
                TenantMigrator first = TenantMigrator.builder(source)
                        .extensions()
                        .migrations(MigrationSource.of(fits))
                        .build();
                String a = first.createTenant(TenantName.forUser("a")).schema();
                first.deploy(Tenants.named(a)).throwIfFailed();
                TenantMigrator second = TenantMigrator.builder(source)
                        .extensions()
                        .migrations(MigrationSource.of(fits, foreign))
                        .build();

                FleetReport report = second.deploy(Tenants.named(a));

                assertThat(report.failed().get(0).failure().toString())
                        .contains("the encoding of the database lacks a character of the version")
                        .contains("2_漢/migration.sql");
                assertThatThrownBy(() -> second.createTenant(TenantName.forUser("b")))
                        .isInstanceOf(MigrationFailedException.class)
                        .hasMessageContaining("the encoding of the database lacks a character");
                assertThat(first.tenants()).isEqualTo(List.of(a));
            } finally {
                statement.execute("DROP DATABASE " + latin + " WITH (FORCE)");
            }
        }
    }
}
