package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.RunEvent.RunFinished;
import dev.tenantmigrator.event.RunEvent.RunProgressed;
import dev.tenantmigrator.event.RunEvent.RunProgressed.Step;
import dev.tenantmigrator.event.RunEvent.RunStarted;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A long comparison tells how far it is. */
@PostgresTest
class DriftProgressTest {

    private final TestDatabase database;
    private final List<RunEvent> events = Collections.synchronizedList(new ArrayList<>());

    DriftProgressTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    private DriftReport drift(Tenants tenants, int parallelism) {
        TenantEventListener listener = new TenantEventListener() {
            @Override
            public void onEvent(TenantEvent event) {}

            @Override
            public void onRun(RunEvent event) {
                events.add(event);
            }
        };
        return Samples.migrator(database, MEMBERS, NOTES)
                .listener(listener)
                .parallelism(parallelism)
                .build()
                .drift(tenants, DriftOptions.defaults());
    }

    private List<RunProgressed> progress(Step step) {
        return events.stream()
                .filter(RunProgressed.class::isInstance)
                .map(RunProgressed.class::cast)
                .filter(event -> event.step() == step)
                .toList();
    }

    @Test
    void eventsSayHowManyTenantsAreReadAndCompared() {
        TenantMigrator one = Samples.with(database, MEMBERS);
        for (int i = 0; i < 60; i++) {
            one.createTenant(TenantName.exactly("t" + i));
        }
        TenantMigrator two = Samples.with(database, MEMBERS, NOTES);
        two.createTenant(TenantName.exactly("u1"));
        two.createTenant(TenantName.exactly("u2"));
        database.execute("DROP INDEX u2.notes_member; ALTER TABLE t3.team_member ADD COLUMN a int;"
                + " ALTER TABLE t4.team_member ADD COLUMN b int");

        drift(Tenants.all(), 3);

        assertThat(events.get(0)).isEqualTo(new RunStarted("drift", 62, 62));
        List<RunProgressed> read = progress(Step.READ);
        assertThat(read).hasSizeGreaterThan(1).allMatch(event -> event.toDo() == 62);
        assertThat(read)
                .extracting(RunProgressed::done)
                .isSorted()
                .doesNotHaveDuplicates()
                .endsWith(62);
        List<RunProgressed> compared = progress(Step.COMPARED);
        assertThat(compared).hasSizeGreaterThan(3).allMatch(event -> event.toDo() == 62);
        assertThat(compared)
                .extracting(RunProgressed::done)
                .isSorted()
                .doesNotHaveDuplicates()
                .endsWith(62);
        assertThat(events.subList(1, 1 + read.size()))
                .as("all tenants are read before the first is compared")
                .isEqualTo(read);
        RunFinished finished = (RunFinished) events.get(events.size() - 1);
        assertThat(finished.run()).isEqualTo("drift");
        assertThat(finished.report().outcomes()).hasSize(62);
        assertThat(finished.report().of(TenantOutcome.Drifted.class))
                .extracting(TenantOutcome::schema)
                .containsExactly("t3", "t4", "u2");
        assertThat(finished.report().of(TenantOutcome.Healthy.class)).hasSize(59);
        assertThat(finished.report().duration()).isPositive();
    }

    @Test
    void tenantsThatCannotBeComparedAreCountedTooButNotToDoWhenNothingIsReadOfThem() {
        Samples.with(database, MEMBERS).createTenant(TenantName.exactly("t1"));
        Samples.with(database, MEMBERS).createTenant(TenantName.exactly("t2"));
        database.execute("UPDATE t2.schema_migrations SET checksum = repeat('0', 64)");

        drift(Tenants.named("t1", "t2", "nobody"), 1);

        assertThat(events.get(0)).isEqualTo(new RunStarted("drift", 3, 1));
        assertThat(progress(Step.READ)).containsExactly(new RunProgressed("drift", Step.READ, 1, 1));
        assertThat(progress(Step.COMPARED)).containsExactly(new RunProgressed("drift", Step.COMPARED, 1, 1));
        RunFinished finished = (RunFinished) events.get(events.size() - 1);
        assertThat(finished.report().outcomes())
                .extracting(TenantOutcome::schema)
                .containsExactly("nobody", "t1", "t2");
        assertThat(finished.report().of(TenantOutcome.Unhealthy.class)).hasSize(2);
        assertThat(finished.report().successful()).isFalse();
    }

    @Test
    void tenantsOfAVersionThatDoesNotRunAreCounted() {
        Samples.with(database, MEMBERS).createTenant(TenantName.exactly("t1"));
        database.execute("INSERT INTO t1.schema_migrations (version) VALUES ('" + NOTES.version()
                + "'); DELETE FROM t1.schema_migrations WHERE version = '" + MEMBERS.version() + "'");

        drift(Tenants.all(), 1);

        assertThat(progress(Step.COMPARED)).containsExactly(new RunProgressed("drift", Step.COMPARED, 1, 1));
    }
}
