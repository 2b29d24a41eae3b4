package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rollbacks that run in parts, and rollbacks of migrations that did. */
@PostgresTest
class MixedFileRollbackTest extends MixedFile {

    private static final String UP = "ALTER TABLE item ADD COLUMN note text;"
            + " CREATE INDEX CONCURRENTLY item_note ON item (note); INSERT INTO seen VALUES ('up')";

    MixedFileRollbackTest(TestDatabase database) {
        super(database);
    }

    private FleetReport rollback(Migration later) {
        return with(TABLES, later).rollback(Tenants.all(), later.version());
    }

    private Failure refusal(FleetReport report) {
        return report.failed().get(0).failure();
    }

    @ParameterizedTest
    @MethodSource("stores")
    void runsInPartsAndForgetsTheVersion(TrackingStore store) {
        Migration later =
                later(UP, "DELETE FROM seen; DROP INDEX CONCURRENTLY item_note; ALTER TABLE item DROP COLUMN note");
        create(store, TABLES, later);

        rollback(later).throwIfFailed();

        assertThat(row()).isEmpty();
        assertThat(seen()).isEmpty();
        assertThat(index("item_note")).isEmpty();
        deploy(later).throwIfFailed();
        assertThat(row()).isEqualTo("later work | finished");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void oneThatFailedContinuesAndADeployIsRefused(TrackingStore store) {
        String down = "INSERT INTO seen VALUES ('down'); DROP INDEX CONCURRENTLY item_note; INSERT INTO seen SELECT ";
        Migration later = later(UP, down + "1 / count(*) FROM item");
        create(store, TABLES, later);

        assertThat(refusal(rollback(later)).message())
                .contains(
                        "part 3 of 3 was rolled back, parts 1 to 2 are done and stay; run the rollback again to continue")
                .doesNotContain("accept-checksum");
        assertThat(progress()).isEqualTo("later work [rollback: part 2 of 3 done] | started");
        assertThat(refusal(deploy(later)).message())
                .contains("was being rolled back, and that ended early: part 2 of 3 of the rollback is done");

        Migration elsewhere = later(UP, down.replace("'down'", "'other'") + "1");
        assertThat(refusal(rollback(elsewhere)).message())
                .contains("the file was edited in what is done")
                .contains("mark-not-applied");
        rollback(later(UP, down + "'fixed'")).throwIfFailed();

        assertThat(seen()).containsExactly("down", "fixed", "up");
        assertThat(row()).isEmpty();
    }

    @Test
    void aMigrationThatIsHalfDoneCanBeTakenBackInOneTransaction() {
        create(store, TABLES);
        Migration later = later(UP + "; SELECT 1 / 0", "ALTER TABLE item DROP COLUMN note");
        assertThat(deploy(later).failed()).hasSize(1);

        rollback(later).throwIfFailed();

        assertThat(row()).isEmpty();
        assertThat(index("item_note")).isEmpty();
    }

    @Test
    void aMigrationThatIsHalfDoneCanBeTakenBackInParts() {
        create(store, TABLES);
        Migration later = later(
                UP.replace("item (note)", "item (lower(note))") + "; SELECT 1 / 0",
                "DROP INDEX CONCURRENTLY item_note; ALTER TABLE item DROP COLUMN note; VACUUM item");
        assertThat(deploy(later).failed()).hasSize(1);
        assertThat(progress()).isEqualTo("later work [part 2 of 3 done] | started");

        rollback(later).throwIfFailed();

        assertThat(row()).isEmpty();
        assertThat(index("item_note")).isEmpty();
    }

    @Test
    void aDeployDoesNotApplyAgainWhatAPlainRollbackOfPartsBegan() {
        create(store, TABLES, later(UP, "DROP INDEX CONCURRENTLY item_note; DROP INDEX CONCURRENTLY nowhere"));
        Migration later = later(UP, "DROP INDEX CONCURRENTLY item_note; DROP INDEX CONCURRENTLY nowhere");
        assertThat(rollback(later).failed()).hasSize(1);

        assertThat(refusal(deploy(later)).message()).contains("run the rollback again");

        assertThat(seen()).containsExactly("up");
    }

    /** The rollback's first part runs outside of a transaction, so only a mark in the row tells that it has begun. */
    @ParameterizedTest
    @MethodSource("stores")
    void aDeployDoesNotContinueAMigrationWhoseRollbackHasBegun(TrackingStore store) {
        create(store, TABLES);
        String down = "DROP INDEX CONCURRENTLY item_note; VACUUM %s; ALTER TABLE item DROP COLUMN note";
        Migration later = later(UP + "; SELECT 1 / 0", down.formatted("nowhere"));
        assertThat(deploy(later).failed()).hasSize(1);
        assertThat(rollback(later).failed()).hasSize(1);
        assertThat(index("item_note")).isEmpty();

        assertThat(progress()).isEqualTo("later work [rollback: part 1 of 2 begun] | started");
        assertThat(refusal(deploy(later)).message()).contains("was being rolled back, and that ended early");
        rollback(later(UP + "; SELECT 1 / 0", down.formatted("item"))).throwIfFailed();

        assertThat(row()).isEmpty();
    }
}
