package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;

import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.rollout.Rollout;
import dev.tenantmigrator.support.TestDatabase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** Tenants with one migration, and a record of the order in which a rollout works on them. */
abstract class RolledOutFleet {

    final TestDatabase database;
    final List<String> begun = Collections.synchronizedList(new ArrayList<>());
    final List<String> runs = Collections.synchronizedList(new ArrayList<>());

    RolledOutFleet(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    void create(String... schemas) {
        for (String schema : schemas) {
            Samples.with(database, MEMBERS).createTenant(TenantName.exactly(schema));
        }
    }

    TenantMigrator migrator(Migration... migrations) {
        return Samples.migrator(database, migrations)
                .listener(new TenantEventListener() {
                    @Override
                    public void onEvent(TenantEvent event) {
                        if (event instanceof TenantEvent.TenantStarted) {
                            begun.add(event.schema());
                        }
                    }

                    @Override
                    public void onRun(RunEvent event) {
                        runs.add(text(event));
                    }
                })
                .build();
    }

    static String text(RunEvent event) {
        if (event instanceof RunEvent.RunStarted started) {
            return "started " + started.toDo() + " of " + started.tenants();
        }
        if (event instanceof RunEvent.GroupStarted group) {
            return "group " + group.group() + ": " + group.tenants();
        }
        return event instanceof RunEvent.RunStopped stopped ? "stopped: " + stopped.reason() : "finished";
    }

    static DeployOptions with(Rollout.Builder rollout) {
        return DeployOptions.builder().rollout(rollout.build()).build();
    }
}
