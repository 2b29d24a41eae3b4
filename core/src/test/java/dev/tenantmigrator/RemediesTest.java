package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.Remedy;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The remedy of a finding resolves it. */
@PostgresTest
class RemediesTest extends ThreeMigrations {

    private static final Migration COLUMN = Migration.of("20240104_column", "ALTER TABLE notes ADD COLUMN extra INT");

    RemediesTest(TestDatabase database) {
        super(database);
    }

    private TenantMigrator requiring(String table, Migration... migrations) {
        return Samples.migrator(database, migrations).requiredTables(table).build();
    }

    private static List<Finding> findings(TenantMigrator with, String schema) {
        return with.status(Tenants.named(schema)).tenants().get(0).findings();
    }

    private Finding only(String schema, Kind kind) {
        return findings(migrator, schema).stream()
                .filter(finding -> finding.kind() == kind)
                .reduce((one, other) -> {
                    throw new AssertionError("two findings: " + one + ", " + other);
                })
                .orElseThrow();
    }

    @Test
    void aLostTableIsBackfilledBeforeAPendingMigrationAltersIt() {
        String tenant = create(MEMBERS, NOTES, FLAG);
        database.execute("DROP TABLE " + tenant + ".notes");
        TenantMigrator later = requiring("notes", MEMBERS, NOTES, FLAG, COLUMN);

        assertThat(findings(later, tenant))
                .filteredOn(finding -> finding.kind() == Kind.MISSING_TABLE)
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.message())
                            .endsWith("backfill it first, then deploy what is pending, which may alter it");
                    assertThat(finding.remedies()).containsExactly(new Remedy.Backfill());
                });
        assertThat(later.deployAll().failed()).hasSize(1);

        later.backfill(Tenants.all()).throwIfFailed();
        later.deployAll().throwIfFailed();
        later.verify().throwIfFailed();
    }

    @Test
    void aColumnOrValueOfTheNameIsNotTheTable() {
        String tenant = create(MEMBERS, NOTES, FLAG);
        Migration column = Migration.of(
                "20240104_column",
                "ALTER TABLE notes ADD COLUMN late INT; INSERT INTO notes (id) SELECT 1 WHERE 'late' = 'early';"
                        + " DO $$ DECLARE late INT := 1; BEGIN PERFORM late; END $$");
        Migration table = Migration.of("20240105_table", "CREATE TABLE late (id INT)");
        requiring("late", MEMBERS, NOTES, FLAG, column).deployAll();
        TenantMigrator later = requiring("late", MEMBERS, NOTES, FLAG, column, table);

        assertThat(kinds(later, tenant)).containsExactly(Kind.PENDING);
        later.deployAll().throwIfFailed();
        later.verify().throwIfFailed();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE late (id INT)",
                "CREATE TABLE IF NOT EXISTS public.\"late\" (id INT)",
                "CREATE TABLE early (id INT); ALTER TABLE early RENAME TO LATE",
                "DO $$ BEGIN CREATE TABLE late (id INT); END $$",
                "DO 'BEGIN EXECUTE ''CREATE TABLE late (id INT)''; END'",
            })
    void aTableThatComesWithAPendingMigrationIsNotLost(String script) {
        String tenant = create(MEMBERS, NOTES, FLAG);
        TenantMigrator later = requiring("late", MEMBERS, NOTES, FLAG, Migration.of("20240104_late", script));

        assertThat(kinds(later, tenant)).containsExactly(Kind.PENDING);
        assertThat(later.status().tenants().get(0).missingTables()).containsExactly("late");
        assertThat(later.verify().of(TenantOutcome.Pending.class)).hasSize(1);
        later.deployAll().throwIfFailed();
        later.verify().throwIfFailed();
        database.execute("DROP TABLE " + tenant + ".late");
        assertThat(findings(later, tenant))
                .singleElement()
                .satisfies(finding -> assertThat(finding.message()).endsWith("late is missing; backfill it"));
    }

    @Test
    void aTableThatNoMigrationNamesIsNoCaseForABackfill() {
        String tenant = create(MEMBERS, NOTES, FLAG);
        Migration comment = Migration.of("20240104_comment", "-- nowhere\nSELECT 1 AS nowhere_else");
        TenantMigrator wrong = requiring("nowhere", MEMBERS, NOTES, FLAG, comment);

        assertThat(findings(wrong, tenant))
                .filteredOn(finding -> finding.kind() == Kind.MISSING_TABLE)
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.message()).contains("no migration here names it", "list of required tables");
                    assertThat(finding.remedies()).isEmpty();
                });
    }

    /** As a build leaves it that was cut off in its last phase. */
    private void makeInvalid(String index) throws SQLException {
        try (Connection superuser = database.superuserDataSource().getConnection();
                Statement statement = superuser.createStatement()) {
            statement.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = '" + index + "'::regclass");
        }
    }

    @Test
    void anInvalidUniqueIndexThatWritesObeySaysSo() throws SQLException {
        String tenant = create(MEMBERS, NOTES, FLAG);
        database.execute("CREATE TABLE " + tenant + ".item (code INT); CREATE UNIQUE INDEX item_code ON " + tenant
                + ".item (code); INSERT INTO " + tenant + ".item VALUES (1)");
        makeInvalid(tenant + ".item_code");
        assertThatThrownBy(() -> database.execute("INSERT INTO " + tenant + ".item VALUES (1)"))
                .rootCause()
                .hasMessageContaining("duplicate key");

        assertThat(only(tenant, Kind.INVALID_INDEX).message())
                .contains("the unique index item_code of item is INVALID", "it still refuses duplicates")
                .contains("REINDEX fails while there are duplicates");
        assertResolvedByEachStatement(tenant, "item_code");
    }

    @Test
    void anInvalidUniqueIndexThatFoundDuplicatesRefusesNone() {
        String tenant = create(MEMBERS, NOTES, FLAG);
        database.execute(
                "CREATE TABLE " + tenant + ".item (code INT); INSERT INTO " + tenant + ".item VALUES (1), (1)");
        String build = "CREATE UNIQUE INDEX CONCURRENTLY item_code ON " + tenant + ".item (code)";
        assertThatThrownBy(() -> database.execute(build)).rootCause().hasMessageContaining("could not create");
        database.execute("INSERT INTO " + tenant + ".item VALUES (1)");

        Finding finding = only(tenant, Kind.INVALID_INDEX);
        assertThat(finding.message())
                .contains("it refuses no duplicates", "REINDEX fails while there are duplicates")
                .doesNotContain("still refuses");
        String reindex = ((Remedy.Statement) finding.remedies().get(0)).sql();
        assertThatThrownBy(() -> database.execute(reindex)).rootCause().hasMessageContaining("could not create");
        // The failed REINDEX leaves another index, which is to be dropped.
        assertThat(findings(migrator, tenant))
                .filteredOn(rest -> rest.message().contains("_ccnew"))
                .singleElement()
                .satisfies(rest -> {
                    assertThat(rest.message()).contains("rest of a REINDEX", "DROP INDEX CONCURRENTLY");
                    database.execute(((Remedy.Statement) rest.remedies().get(0)).sql());
                });
        database.execute("TRUNCATE " + tenant + ".item");
        database.execute(reindex);
        assertThat(kinds(migrator, tenant)).isEmpty();
    }

    @Test
    void anInvalidIndexThatIsNotUniqueSaysNothingOfDuplicates() throws SQLException {
        String tenant = create(MEMBERS, NOTES, FLAG);
        database.execute(
                "CREATE TABLE " + tenant + ".item (code INT); CREATE INDEX item_code ON " + tenant + ".item (code)");
        makeInvalid(tenant + ".item_code");

        assertThat(only(tenant, Kind.INVALID_INDEX).message())
                .contains("the index item_code of item is INVALID", "It only slows down writes")
                .doesNotContain("duplicates");
        assertResolvedByEachStatement(tenant, "item_code");
    }

    private void assertResolvedByEachStatement(String tenant, String index) throws SQLException {
        List<Remedy> remedies = only(tenant, Kind.INVALID_INDEX).remedies();
        assertThat(remedies).hasSize(2);
        database.execute(((Remedy.Statement) remedies.get(0)).sql());
        assertThat(kinds(migrator, tenant)).isEmpty();
        makeInvalid(tenant + "." + index);
        database.execute(((Remedy.Statement) remedies.get(1)).sql());
        assertThat(kinds(migrator, tenant)).isEmpty();
    }

    @Test
    void aTenantThatIsHalfDroppedStandsInStatusAndVerify() {
        String tenant = create(MEMBERS, NOTES, FLAG);
        halfDrop(tenant);

        assertThat(only(tenant, Kind.UNFINISHED_DROP).remedies()).containsExactly(new Remedy.FinishDrop());
        assertThat(migrator.verify().outcomes())
                .singleElement()
                .satisfies(outcome -> assertThat(outcome)
                        .isInstanceOfSatisfying(TenantOutcome.Unhealthy.class, unhealthy -> {
                            assertThat(unhealthy.schema()).isEqualTo(tenant);
                            assertThat(unhealthy.findings())
                                    .extracting(Finding::kind)
                                    .containsExactly(Kind.UNFINISHED_DROP);
                        }));
        assertThat(migrator.verify(Tenants.named(tenant)).of(TenantOutcome.Unhealthy.class))
                .hasSize(1);
        assertThat(migrator.verify(Tenants.matching("b*")).outcomes()).isEmpty();
        assertThat(migrator.deployAll().outcomes()).isEmpty();
        migrator.dropTenant(tenant);
        assertThat(migrator.status().tenants()).isEmpty();
    }

    @Test
    void aHalfDroppedTenantWhoseNameIsTakenLeavesTheNewOneAlone() {
        String tenant = create(MEMBERS, NOTES, FLAG);
        String other = create(MEMBERS, NOTES, FLAG);
        halfDrop(tenant);
        database.execute("ALTER SCHEMA " + other + " RENAME TO " + tenant);

        assertThat(only(tenant, Kind.UNFINISHED_DROP).message()).contains("an earlier tenant of this name");
        assertThat(migrator.verify().of(TenantOutcome.Unhealthy.class)).hasSize(1);
        assertThatThrownBy(() -> migrator.dropTenant(tenant)).isInstanceOf(TenantExistsException.class);
        migrator.verify().throwIfFailed();
        assertThat(migrator.tenants()).containsExactly(tenant);
    }

    /** As a drop leaves it that was cut off after its first step. */
    private void halfDrop(String tenant) {
        database.execute("ALTER SCHEMA " + tenant + " RENAME TO tenant_migrator_drop_1; COMMENT ON SCHEMA"
                + " tenant_migrator_drop_1 IS 'tenant-migrator drops " + tenant + "'");
    }
}
