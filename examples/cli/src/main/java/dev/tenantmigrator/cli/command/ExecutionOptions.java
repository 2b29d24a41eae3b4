package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.rollout.Cancellation;
import dev.tenantmigrator.rollout.Rollout;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Timeouts, attempts and commit mode of a run: options of deploy, deploy-all and rollback. */
final class ExecutionOptions {

    @Option(
            names = "--lock-timeout",
            paramLabel = "DURATION",
            converter = RolloutConverters.TimeoutValue.class,
            description = "Longest wait for a lock: 500ms, 5s, 10min. Default: 2s")
    private Optional<Duration> lockTimeout = Optional.empty();

    @Option(
            names = "--statement-timeout",
            paramLabel = "DURATION",
            converter = RolloutConverters.TimeoutValue.class,
            description = "Longest run of a statement. Default: the server's setting")
    private Optional<Duration> statementTimeout = Optional.empty();

    @Option(
            names = "--tries",
            paramLabel = "N",
            converter = RolloutConverters.TriesValue.class,
            description = "Number of attempts after lock timeouts and deadlocks, the first one included. Default: 5")
    private Optional<Integer> tries = Optional.empty();

    /** A rollout with these options. */
    Rollout.Builder rollout(Cancellation cancellation) {
        Rollout.Builder rollout = Rollout.builder().cancellation(cancellation);
        lockTimeout.ifPresent(rollout::lockTimeout);
        statementTimeout.ifPresent(rollout::statementTimeout);
        tries.ifPresent(rollout::tries);
        return rollout;
    }
}
