package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantStatus;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;

/** The status of each tenant. */
@PostgresTest
class StatusTest extends ThreeMigrations {

    StatusTest(TestDatabase database) {
        super(database);
    }

    private TenantStatus statusOf(String schema) {
        return migrator.status(Tenants.named(schema)).tenants().get(0);
    }

    private LocalDateTime serverTimeInUtc() {
        return LocalDateTime.parse(
                database.value("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"));
    }

    @Test
    void coversAllTenantsInTheOrderOfTheirNames() {
        String a = Samples.create(database, "a", MEMBERS);
        String b = Samples.create(database, "b", MEMBERS, NOTES, FLAG);

        assertThat(migrator.status().tenants()).extracting(TenantStatus::schema).containsExactly(a, b);
    }

    @Test
    void namesTheVersionsOfTheSource() {
        assertThat(migrator.status().versions()).containsExactly(MEMBERS.version(), NOTES.version(), FLAG.version());
    }

    @Test
    void isUnhealthyIfOneTenantIsBehind() {
        Samples.create(database, "a", MEMBERS);
        Samples.create(database, "b", MEMBERS, NOTES, FLAG);

        StatusReport report = migrator.status();

        assertThat(report.healthy()).isFalse();
        assertThat(report.tenants()).extracting(TenantStatus::healthy).containsExactly(false, true);
    }

    @Test
    void namesThePendingVersions() {
        assertThat(statusOf(create(MEMBERS)).pending()).containsExactly(NOTES.version(), FLAG.version());
    }

    @Test
    void namesTheAppliedVersions() {
        assertThat(statusOf(create(MEMBERS)).applied())
                .extracting(AppliedMigration::version)
                .containsExactly(MEMBERS.version());
    }

    @Test
    void namesPresentAndMissingTables() {
        TenantStatus behind = statusOf(create(MEMBERS));

        assertThat(behind.presentTables()).containsExactly("team_member");
        assertThat(behind.missingTables()).containsExactly("notes");
    }

    @Test
    void givesTheTimeOfAnAppliedVersionInUtcWhateverTheSessionsTimeZoneIs() {
        LocalDateTime before = serverTimeInUtc();
        String tenant = create(MEMBERS);
        LocalDateTime after = serverTimeInUtc();

        assertThat(statusOf(tenant).applied())
                .singleElement()
                .satisfies(row -> assertThat(row.appliedAt().orElseThrow()).isBetween(before, after));
    }

    @Test
    void ofAnUnknownTenantThrows() {
        assertThatThrownBy(() -> migrator.status(Tenants.named("nobody_12345678")))
                .isInstanceOf(TenantNotFoundException.class);
    }

    @Test
    void chunksOfAFleetAreReadWithAnUnreadableTenantAmongThem() {
        for (int i = 0; i < 60; i++) {
            database.execute(
                    "CREATE SCHEMA t" + i + "; CREATE TABLE t" + i + ".schema_migrations (id serial PRIMARY KEY,"
                            + " version varchar(255) UNIQUE NOT NULL, description text, applied_at timestamp DEFAULT"
                            + " CURRENT_TIMESTAMP, checksum varchar(64)); INSERT INTO t" + i
                            + ".schema_migrations (version) VALUES ('" + MEMBERS.version() + "')");
        }
        database.execute("REVOKE ALL ON SCHEMA t7 FROM CURRENT_USER");

        StatusReport report = Samples.with(database, MEMBERS).status();

        assertThat(report.tenants())
                .hasSize(60)
                .filteredOn(TenantStatus::healthy)
                .hasSize(59);
        assertThat(kinds(Samples.with(database, MEMBERS), "t7")).containsExactly(Kind.UNREADABLE);
        database.execute("GRANT ALL ON SCHEMA t7 TO CURRENT_USER");
    }
}
