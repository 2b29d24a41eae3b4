package dev.tenantmigrator.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Runs test classes with {@link TenantTest}; nothing is left of any of them. */
class TenantTestTest {

    private final TestDatabase database = SharedServer.database();

    @BeforeEach
    void forget() {
        Cases.SCHEMAS.clear();
    }

    record Expected(Class<?> test, int succeeded, int schemas) {}

    static Stream<Expected> passing() {
        return Stream.of(
                new Expected(Cases.EveryPlace.class, 3, 1),
                new Expected(Cases.PerClass.class, 2, 1),
                new Expected(Cases.NewTenants.class, 3, 3),
                new Expected(Cases.RolledBack.class, 2, 1),
                new Expected(Cases.OpenTransaction.class, 2, 0),
                new Expected(Cases.ChangesStructure.class, 2, 1),
                new Expected(Cases.OnMethods.class, 3, 1),
                new Expected(Cases.ParallelMethods.class, 2, 2),
                new Expected(Cases.Embedded.class, 2, 0),
                new Expected(VendorTest.class, 2, 0),
                new Expected(Cases.ByUrl.class, 2, 0));
    }

    @ParameterizedTest
    @MethodSource("passing")
    void passes(Expected expected) {
        EngineExecutionResults run = run(expected.test());

        assertThat(failures(run)).isEmpty();
        assertThat(run.testEvents().succeeded().count()).isEqualTo(expected.succeeded());
        assertThat(Cases.SCHEMAS).hasSize(expected.schemas());
    }

    @Test
    void classesInParallelHaveDifferentTenants() {
        EngineExecutionResults run = run(Cases.ParallelClassA.class, Cases.ParallelClassB.class);

        assertThat(failures(run)).isEmpty();
        assertThat(Cases.SCHEMAS).hasSize(2);
    }

    @Test
    void methodsInParallelDoNotShareTheTenantOfTheirClass() {
        assertThat(failures(run(Cases.ParallelMethodsThatShare.class)))
                .anyMatch(message -> message.contains("tests that run in parallel would share the tenant throwaway_"));
    }

    @Test
    void aFailedTestLeavesNothingForTheNext() {
        EngineExecutionResults run = run(Cases.Failing.class);

        assertThat(failures(run)).containsExactly("on purpose");
        assertThat(run.testEvents().succeeded().count()).isEqualTo(1);
    }

    @Test
    void aMigrationThatFailsIsNamedWithItsLine() {
        assertThat(failures(run(Cases.Broken.class)))
                .singleElement()
                .asString()
                .contains("7_broken", "migration.sql:2", "missing");
    }

    @Test
    void aDatabaseThatIsNotAvailableIsNamed() {
        assertThat(failures(run(Cases.Unavailable.class)))
                .singleElement()
                .asString()
                .contains("NoDatabase", "no server here");
    }

    @Test
    void aTenantForEachTestIsNoneForTheClass() {
        assertThat(failures(run(Cases.NewTenantForAll.class)))
                .singleElement()
                .asString()
                .contains("NEW_TENANT", "@BeforeEach");
    }

    private EngineExecutionResults run(Class<?>... tests) {
        EngineExecutionResults results = EngineTestKit.engine("junit-jupiter")
                .selectors(Stream.of(tests).map(test -> selectClass(test)).toArray(DiscoverySelector[]::new))
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "4")
                .execute();
        assertThat(database.values(
                        "SELECT nspname::text FROM pg_namespace WHERE nspname ~ '^(throwaway|tenant_migrator)_'"))
                .isEmpty();
        database.assertNoLeaks();
        return results;
    }

    private static List<String> failures(EngineExecutionResults results) {
        return results.allEvents().failed().stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().map(Throwable::getMessage).orElse(""))
                .toList();
    }
}
