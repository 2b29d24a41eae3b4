package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Steps outside of a transaction, rollbacks and repairs with a store that is not built in. */
@PostgresTest
class CustomStoreStepsTest extends CustomStore {

    CustomStoreStepsTest(TestDatabase database) {
        super(database);
    }

    @Test
    void aScriptOutsideOfATransactionIsRecordedAsStartedAndThenAsApplied() {
        String a = create("a", MEMBERS, NOTES);
        List<List<String>> seen = new ArrayList<>();
        DocumentStore watched = new DocumentStore() {
            @Override
            public void record(Connection connection, String schema, AppliedMigration row) throws SQLException {
                super.record(connection, schema, row);
                seen.add(List.of(row.version(), row.finished() ? "applied" : "started"));
            }
        };

        builder(watched, MEMBERS, NOTES, INDEX).build().deployAll().throwIfFailed();

        assertThat(seen).containsExactly(List.of(INDEX.version(), "started"), List.of(INDEX.version(), "applied"));
        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS, NOTES, INDEX));
        assertThat(record(a).get(2).checksum()).contains(INDEX.up().checksum());
        assertThat(relation("a.notes_body")).isPresent();
    }

    @Test
    void aScriptOutsideOfATransactionThatFailsAtOnceIsForgotten() {
        String a = create("a", MEMBERS, NOTES);
        database.execute("INSERT INTO a.notes (body) VALUES ('twice'), ('twice')");
        Migration unique =
                Migration.of("20240105_unique", "CREATE UNIQUE INDEX CONCURRENTLY notes_unique ON notes (body)");

        FleetReport report = with(MEMBERS, NOTES, unique).deployAll();

        assertThat(onlyFailure(report).message()).contains("nothing of the script was kept");
        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS, NOTES));
    }

    @Test
    void aScriptThatStoppedHalfwayIsContinued() {
        String a = create("a", MEMBERS, NOTES);
        with(MEMBERS, NOTES, INDEX).deployAll().throwIfFailed();
        setStarted(a, INDEX);
        database.execute("DROP INDEX a.notes_body");

        with(MEMBERS, NOTES, INDEX).deployAll().throwIfFailed();

        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS, NOTES, INDEX));
        assertThat(relation("a.notes_body")).isPresent();
    }

    @Test
    void aRollbackRemovesTheRow() {
        String a = create("a", MEMBERS, NOTES, FLAG);
        TenantMigrator migrator = with(MEMBERS, NOTES, FLAG);

        migrator.rollback(
                        Tenants.named(a),
                        NOTES.version(),
                        RollbackOptions.builder().laterVersions(true).build())
                .throwIfFailed();

        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS));
        assertThat(relation("a.notes")).isEmpty();
        migrator.deployAll().throwIfFailed();
        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS, NOTES, FLAG));
    }

    @Test
    void aRollbackOutsideOfATransactionReopensTheRowAndRemovesIt() {
        String a = create("a", MEMBERS, NOTES, INDEX);
        List<Boolean> finished = new ArrayList<>();
        DocumentStore watched = new DocumentStore() {
            @Override
            public void record(Connection connection, String schema, AppliedMigration row) throws SQLException {
                super.record(connection, schema, row);
                finished.add(row.finished());
            }
        };

        builder(watched, MEMBERS, NOTES, INDEX)
                .build()
                .rollback(Tenants.named(a), INDEX.version(), RollbackOptions.defaults())
                .throwIfFailed();

        assertThat(finished).containsExactly(false);
        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS, NOTES));
        assertThat(relation("a.notes_body")).isEmpty();
    }

    @Test
    void verifyFindsAndRepairCorrectsAChecksum() {
        String a = create("a", MEMBERS);
        Migration edited = Migration.of(MEMBERS.version(), MEMBERS.up().text() + "-- edited");
        assertThat(with(edited).verify().of(TenantOutcome.Unhealthy.class))
                .singleElement()
                .satisfies(unhealthy -> assertThat(unhealthy.findings())
                        .extracting(Finding::kind)
                        .contains(Finding.Kind.CHECKSUM_MISMATCH));

        with(edited)
                .repair(Tenants.named(a), new Repair.AcceptChecksum(MEMBERS.version()))
                .throwIfFailed();

        assertThat(with(edited).verify().successful()).isTrue();
        assertThat(record(a).get(0).checksum()).contains(edited.up().checksum());
    }

    @Test
    void repairFillsMissingChecksums() {
        String a = create("a", MEMBERS);
        database.execute("UPDATE " + DocumentStore.TABLE + " SET versions = versions #- '{0,checksum}'");

        with(MEMBERS).repair(Tenants.all(), new Repair.FillChecksums()).throwIfFailed();

        assertThat(record(a).get(0).checksum()).contains(MEMBERS.up().checksum());
    }

    @Test
    void repairMarksMigrations() {
        String a = create("a", MEMBERS, NOTES);
        TenantMigrator migrator = with(MEMBERS, NOTES);

        migrator.repair(Tenants.named(a), new Repair.MarkNotApplied(NOTES.version()))
                .throwIfFailed();
        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS));

        migrator.repair(Tenants.named(a), new Repair.MarkApplied(NOTES.version()))
                .throwIfFailed();
        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS, NOTES));

        setStarted(a, NOTES);
        migrator.repair(Tenants.named(a), new Repair.MarkApplied(NOTES.version()))
                .throwIfFailed();
        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS, NOTES));
    }

    @Test
    void backfillReadsTheRecord() {
        String a = create("a", MEMBERS, NOTES);
        database.execute("DROP TABLE a.notes");

        builder(new DocumentStore(), MEMBERS, NOTES)
                .requiredTables("notes")
                .build()
                .backfill(Tenants.named(a))
                .throwIfFailed();

        assertThat(relation("a.notes")).isPresent();
    }
}
