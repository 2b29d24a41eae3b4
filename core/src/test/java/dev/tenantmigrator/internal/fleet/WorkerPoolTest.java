package dev.tenantmigrator.internal.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.config.Configs;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.rollout.Cancellation;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** Whatever becomes of a worker, no tenant is left out of the report. */
@PostgresTest
class WorkerPoolTest {

    private final Config config;

    WorkerPoolTest(TestDatabase database) {
        this.config = Configs.of(database.dataSource(), MigrationSource.of(), 2);
    }

    /** Fails in a way that no work should. */
    private record Broken(String schema, boolean whileItWorks) implements TenantJob {

        @Override
        public Result tryOn(Session session) {
            if (whileItWorks) {
                throw new StackOverflowError(schema);
            }
            return new Result.Locked();
        }

        @Override
        public boolean foundOthersWork() {
            if (whileItWorks) {
                return false;
            }
            throw new NoClassDefFoundError(schema);
        }
    }

    private Map<String, TenantOutcome> run(Broken... jobs) {
        Map<String, TenantOutcome> outcomes = new ConcurrentHashMap<>();
        WorkerPool run = new WorkerPool(
                config,
                new StopSignal(new Cancellation()),
                List.of(jobs),
                true,
                outcome -> outcomes.put(outcome.schema(), outcome));
        run.run(2);
        return outcomes;
    }

    @Test
    void anErrorOfTheJvmIsItsTenantsFailure() {
        assertThat(run(new Broken("a", true), new Broken("b", true)).values())
                .hasSize(2)
                .allMatch(outcome -> says(outcome, "StackOverflowError"));
    }

    @Test
    void aTenantWhoseWorkerDiedFailed() {
        assertThat(run(new Broken("a", false), new Broken("b", false)).values())
                .hasSize(2)
                .allMatch(outcome -> says(outcome, "ended unexpectedly"));
    }

    private static boolean says(TenantOutcome outcome, String text) {
        return outcome instanceof TenantOutcome.Failed failed
                && failed.failure().message().contains(text);
    }
}
