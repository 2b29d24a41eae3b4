package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.cli.setup.CliContext;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.cli.setup.ShellCommandCheck;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.rollout.Cancellation;
import dev.tenantmigrator.rollout.FailurePolicy;
import dev.tenantmigrator.rollout.Rollout;
import dev.tenantmigrator.rollout.RolloutGroup;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options for the order, the groups and the failure policy of a rollout: those of deploy-all and rollback. */
final class RolloutOptions {

    @Mixin
    TenantsOption tenants = new TenantsOption();

    @Option(
            names = "--order",
            paramLabel = "ORDER",
            converter = RolloutConverters.OrderValue.class,
            description =
                    "name, reverse or random. Default: groups are selected by name, tenants start in random order")
    private Optional<Comparator<String>> order = Optional.empty();

    @Option(
            names = {"--group", "--groups"},
            paramLabel = "GROUP",
            split = ",",
            converter = RolloutConverters.GroupValue.class,
            description = {
                "Tenants to process before the rest: a number, a percentage, a name, or a name with *. Optional"
                        + " suffixes: :parallelism=N and :on-failure=POLICY. Repeatable, or 1,5%%,rest.",
                "A group without its own policy ends the run at its first failure. The rest follows --on-failure."
            })
    private List<RolloutGroup> groups = List.of();

    @Option(
            names = "--on-failure",
            paramLabel = "POLICY",
            converter = RolloutConverters.PolicyValue.class,
            description =
                    "go-on; stop (at the first failed tenant); 3 (stop at this number of failed tenants); 5%% (stop"
                            + " at this share of the group). Tenants in work are finished. Default: go-on")
    private Optional<FailurePolicy> onFailure = Optional.empty();

    @Option(
            names = "--pause",
            paramLabel = "DURATION",
            converter = RolloutConverters.DurationValue.class,
            description = "Pause between two groups: 500ms, 5s, 10min.")
    private Optional<Duration> pause = Optional.empty();

    @Option(
            names = "--check",
            paramLabel = "COMMAND",
            description =
                    "Command that sh runs between two groups, after the pause. Exit code 0 continues the run. Any other exit"
                            + " code, and more than 10 minutes, end it. ROLLOUT_DONE, ROLLOUT_CHANGED and ROLLOUT_FAILED are"
                            + " set to the numbers of tenants so far.")
    private Optional<String> check = Optional.empty();

    @Mixin
    private ExecutionOptions execution = new ExecutionOptions();

    /** Checks the options, then runs {@code run} with them on all tenants or on one. */
    FleetReport run(CliSession session, Optional<String> schema, BiFunction<Tenants, Rollout, FleetReport> run) {
        tenants.check(session, schema);
        TenantsOption.requireTenants(
                session, groups.stream().map(RolloutGroup::name).filter(RolloutConverters::isName));
        groups.forEach(group -> group.parallelism().ifPresent(session::allowParallelism));
        FleetReport report = session.run(
                () -> run.apply(tenants.selected(schema), rollout(session.cancellation(), session.context())));
        tenants.checkFound(session, report.outcomes().size());
        return report;
    }

    Rollout rollout(Cancellation cancellation, CliContext context) {
        Rollout.Builder rollout = execution.rollout(cancellation).groups(groups.toArray(RolloutGroup[]::new));
        order.ifPresent(rollout::order);
        onFailure.ifPresent(rollout::onFailure);
        pause.ifPresent(rollout::pause);
        check.ifPresent(command -> rollout.check(new ShellCommandCheck(command, context)));
        return rollout.build();
    }
}
