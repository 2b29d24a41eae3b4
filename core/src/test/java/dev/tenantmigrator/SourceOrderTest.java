package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.AdoptionPlan;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.PlannedMigration;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantOutcome.Ahead;
import dev.tenantmigrator.report.TenantOutcome.Migrated;
import dev.tenantmigrator.report.TenantOutcome.RolledBack;
import dev.tenantmigrator.report.TenantOutcome.Step;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A source whose versions are ordered by number: every decision follows it, where the order by code point would differ. */
@PostgresTest
class SourceOrderTest {

    private static final Comparator<String> BY_NUMBER =
            Comparator.comparingInt(version -> Integer.parseInt(version.substring(1)));

    /** Each needs the one before it. */
    private static final Migration V1 = Migration.of("V1", "CREATE TABLE one (id int)", "DROP TABLE one");

    private static final Migration V2 =
            Migration.of("V2", "ALTER TABLE one ADD COLUMN two int", "ALTER TABLE one DROP COLUMN two");
    private static final Migration V10 =
            Migration.of("V10", "ALTER TABLE one RENAME COLUMN two TO ten", "ALTER TABLE one RENAME COLUMN ten TO two");
    private static final Migration V11 = Migration.of(
            "V11",
            "ALTER TABLE one ADD COLUMN eleven int; UPDATE one SET eleven = ten",
            "ALTER TABLE one DROP COLUMN eleven");

    private static final RollbackOptions WITH_LATER =
            RollbackOptions.builder().laterVersions(true).build();

    private final TestDatabase database;
    private final TenantMigrator all;

    SourceOrderTest(TestDatabase database) {
        this.database = database;
        this.all = with(V11, V10, V2, V1);
    }

    @AfterEach
    void dropAll() {
        all.tenants().forEach(schema -> all.dropTenant(schema));
    }

    private TenantMigrator with(Migration... migrations) {
        return TenantMigrator.builder(database.dataSource())
                .migrations(MigrationSource.of(migrations).ordered(BY_NUMBER))
                .build();
    }

    private String create(Migration... migrations) {
        return with(migrations).createTenant(TenantName.forUser("a")).schema();
    }

    private List<String> recorded(String schema) {
        return database.values("SELECT version FROM " + schema + ".schema_migrations ORDER BY id");
    }

    private static List<String> steps(List<Step> steps) {
        return steps.stream().map(Step::version).toList();
    }

    private static List<String> migrated(FleetReport report) {
        return steps(report.throwIfFailed().of(Migrated.class).get(0).applied());
    }

    private static List<String> planned(TenantMigrator migrator, String schema, DeployOptions options) {
        return migrator.plan(Tenants.named(schema), options).tenants().get(0).migrations().stream()
                .map(PlannedMigration::version)
                .toList();
    }

    private List<Finding> findings(TenantMigrator migrator, String schema) {
        return migrator.status(Tenants.named(schema)).tenants().get(0).findings();
    }

    @Test
    void createsInOrder() {
        CreatedTenant created = all.createTenant(TenantName.forUser("a"));

        assertThat(created.versions()).containsExactly("V1", "V2", "V10", "V11");
        assertThat(recorded(created.schema())).containsExactly("V1", "V2", "V10", "V11");
        assertThat(all.verify(Tenants.named(created.schema())).of(TenantOutcome.Healthy.class))
                .singleElement()
                .satisfies(healthy -> assertThat(healthy.findings()).isEmpty());
    }

    @Test
    void plansAndDeploysInOrder() {
        String schema = create(V1, V2);

        assertThat(planned(all, schema, DeployOptions.defaults())).containsExactly("V10", "V11");
        StatusReport status = all.status();
        assertThat(status.versions()).containsExactly("V1", "V2", "V10", "V11");
        assertThat(status.tenants().get(0).pending()).containsExactly("V10", "V11");
        assertThat(findings(all, schema)).extracting(Finding::kind).containsOnly(Kind.PENDING);

        assertThat(migrated(all.deploy(Tenants.named(schema)))).containsExactly("V10", "V11");
    }

    @Test
    void aTargetIncludesWhatIsBeforeIt() {
        String schema = create(V1);
        DeployOptions upToV10 = DeployOptions.builder().targetVersion("V10").build();

        assertThat(planned(
                        all, schema, DeployOptions.builder().targetVersion("V2").build()))
                .containsExactly("V2");
        assertThat(planned(all, schema, upToV10)).containsExactly("V2", "V10");
        assertThat(migrated(all.deploy(Tenants.named(schema), upToV10))).containsExactly("V2", "V10");
    }

    @Test
    void newerThanTheNewestFileIsAhead() {
        String schema = create(V1, V2, V10);

        assertThat(with(V1, V2).deploy(Tenants.named(schema)).of(Ahead.class))
                .singleElement()
                .satisfies(ahead -> assertThat(ahead.versions()).containsExactly("V10"));
        assertThat(findings(with(V1, V2), schema)).extracting(Finding::kind).containsExactly(Kind.AHEAD);
    }

    @Test
    void olderThanTheNewestFileIsMissing() {
        String schema = create(V1, V2, V10);

        assertThat(findings(with(V1, V10), schema)).extracting(Finding::kind).containsExactly(Kind.FILE_MISSING);
        assertThat(with(V1, V10).deploy(Tenants.named(schema)).failed()).hasSize(1);
        assertThat(with(V1, V10).verify(Tenants.named(schema)).successful()).isFalse();
    }

    @Test
    void whatIsAppliedAfterANewerVersionIsAGapAndThenInTheWrongOrder() {
        Migration late = Migration.of("V2", "CREATE TABLE late (id int)");
        Migration ten = Migration.of("V10", "CREATE TABLE ten (id int)");
        String schema = create(V1, ten);
        TenantMigrator merged = with(V1, late, ten);

        assertThat(merged.verify(Tenants.named(schema)).successful()).isFalse();
        assertThat(findings(merged, schema)).singleElement().satisfies(gap -> {
            assertThat(gap.kind()).isEqualTo(Kind.GAP);
            assertThat(gap.message()).contains("V2 is not applied although V10 is");
        });
        assertThat(merged.deploy(Tenants.named(schema)).failed()).hasSize(1);
        assertThat(merged.plan(Tenants.named(schema), DeployOptions.defaults()).successful())
                .isFalse();

        assertThat(migrated(merged.deploy(
                        Tenants.named(schema),
                        DeployOptions.builder().outOfOrder(true).build())))
                .containsExactly("V2");
        assertThat(findings(merged, schema)).singleElement().satisfies(wrong -> {
            assertThat(wrong.kind()).isEqualTo(Kind.WRONG_ORDER);
            assertThat(wrong.message()).contains("V2 was applied after V10, which is newer");
        });
    }

    @Test
    void rollsBackLaterVersionsNewestFirst() {
        String schema = create(V1, V2, V10, V11);

        assertThat(all.rollback(Tenants.named(schema), "V1", RollbackOptions.defaults())
                        .failed()
                        .get(0)
                        .failure()
                        .message())
                .contains("later versions are applied: V2, V10, V11;");

        FleetReport report =
                all.rollback(Tenants.named(schema), "V2", WITH_LATER).throwIfFailed();
        assertThat(steps(report.of(RolledBack.class).get(0).rolledBack())).containsExactly("V11", "V10", "V2");
        assertThat(migrated(all.deploy(Tenants.named(schema)))).containsExactly("V2", "V10", "V11");
    }

    @Test
    void adoptsInOrder() {
        database.execute("CREATE SCHEMA legacy; CREATE TABLE legacy.one (id int, ten int)");

        AdoptionPlan plan = all.planAdoption("legacy");
        assertThat(plan.versions()).containsExactly("V1", "V2", "V10");
        assertThat(plan.remaining()).containsExactly("V11");

        all.adopt("legacy", List.of("V10", "V1", "V2"));
        assertThat(recorded("legacy")).containsExactly("V1", "V2", "V10");
        assertThat(findings(all, "legacy")).extracting(Finding::kind).containsExactly(Kind.PENDING);
        assertThat(migrated(all.deploy(Tenants.named("legacy")))).containsExactly("V11");
    }

    @Test
    void repairsWithoutAnotherOrder() {
        String schema = create(V1, V2, V10);

        all.repair(Tenants.named(schema), new Repair.MarkNotApplied("V2")).throwIfFailed();
        assertThat(findings(all, schema)).extracting(Finding::kind).containsExactly(Kind.GAP, Kind.PENDING);
        all.repair(Tenants.named(schema), new Repair.MarkApplied("V2")).throwIfFailed();
        assertThat(findings(all, schema)).extracting(Finding::kind).containsExactly(Kind.WRONG_ORDER, Kind.PENDING);
    }
}
