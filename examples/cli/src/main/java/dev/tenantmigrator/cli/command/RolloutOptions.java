package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.Cancellation;
import dev.tenantmigrator.FailurePolicy;
import dev.tenantmigrator.Rollout;
import dev.tenantmigrator.RolloutGroup;
import dev.tenantmigrator.cli.setup.CliContext;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.cli.setup.ShellCommandCheck;
import dev.tenantmigrator.report.FleetReport;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a run goes through the fleet: the options that deploy-all and rollback share. */
final class RolloutOptions {

    @Mixin
    private TenantsOption tenants = new TenantsOption();

    @Option(
            names = "--order",
            paramLabel = "ORDER",
            converter = RolloutConverters.OrderValue.class,
            description =
                    "name, reverse or random. Default: groups are formed by name, and their tenants begun at random")
    private Optional<Comparator<String>> order = Optional.empty();

    @Option(
            names = {"--group", "--groups"},
            paramLabel = "GROUP",
            split = ",",
            converter = RolloutConverters.GroupValue.class,
            description = {
                "Tenants that go before the rest: a number, a percentage, a name, or a name with *; then, if wanted,"
                        + " :parallelism=N and :on-failure=POLICY. Repeatable, or 1,5%%,rest.",
                "A group without a policy of its own ends the run at its first failure, but the rest does not."
            })
    private List<RolloutGroup> groups = List.of();

    @Option(
            names = "--on-failure",
            paramLabel = "POLICY",
            converter = RolloutConverters.PolicyValue.class,
            description = "go-on; stop (at the first failed tenant); 3 (stop when as many failed); 5%% (of the group)."
                    + " Tenants in work are finished. Default: go-on")
    private Optional<FailurePolicy> onFailure = Optional.empty();

    @Option(
            names = "--pause",
            paramLabel = "DURATION",
            converter = RolloutConverters.DurationValue.class,
            description = "How long it waits between two groups: 500ms, 5s, 10min.")
    private Optional<Duration> pause = Optional.empty();

    @Option(
            names = "--check",
            paramLabel = "COMMAND",
            description =
                    "Run by sh between two groups, after the pause. Exit code 0 goes on, any other ends the run, as"
                            + " does taking more than 10 minutes. It has ROLLOUT_DONE, ROLLOUT_CHANGED and ROLLOUT_FAILED, the"
                            + " numbers of tenants so far.")
    private Optional<String> check = Optional.empty();

    @Mixin
    private ExecutionOptions execution = new ExecutionOptions();

    /** Runs something with these options on all tenants, or on one. */
    FleetReport run(CliSession session, Optional<String> schema, Function<Rollout, FleetReport> run) {
        tenants.check(session, schema);
        TenantsOption.requireTenants(
                session, groups.stream().map(RolloutGroup::name).filter(RolloutConverters::isName));
        groups.forEach(group -> group.parallelism().ifPresent(session::provideFor));
        FleetReport report = session.run(() -> run.apply(rollout(session.cancellation(), session.context())));
        tenants.checkFound(session, report.outcomes().size());
        return report;
    }

    Rollout rollout(Cancellation cancellation, CliContext context) {
        Rollout.Builder rollout =
                execution.rollout(cancellation).tenants(tenants::has).groups(groups.toArray(RolloutGroup[]::new));
        order.ifPresent(rollout::order);
        onFailure.ifPresent(rollout::onFailure);
        pause.ifPresent(rollout::pause);
        check.ifPresent(command -> rollout.check(new ShellCommandCheck(command, context)));
        return rollout.build();
    }
}
