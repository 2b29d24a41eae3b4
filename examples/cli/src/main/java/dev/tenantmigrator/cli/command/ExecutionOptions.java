package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.Cancellation;
import dev.tenantmigrator.Rollout;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How each tenant is worked on: the options that one tenant's run and the fleet's share. */
final class ExecutionOptions {

    @Option(
            names = "--lock-timeout",
            paramLabel = "DURATION",
            converter = RolloutConverters.TimeoutValue.class,
            description = "How long a migration waits for a lock: 500ms, 5s, 10min. Default: 2s")
    private Optional<Duration> lockTimeout = Optional.empty();

    @Option(
            names = "--statement-timeout",
            paramLabel = "DURATION",
            converter = RolloutConverters.TimeoutValue.class,
            description = "How long a statement of a migration may run. Default: as the server says")
    private Optional<Duration> statementTimeout = Optional.empty();

    @Option(
            names = "--tries",
            paramLabel = "N",
            converter = RolloutConverters.TriesValue.class,
            description =
                    "How often a migration is tried that could not have a lock, or lost to a deadlock. Default: 5")
    private Optional<Integer> tries = Optional.empty();

    @Option(
            names = "--async-commit",
            description =
                    "Wait for the disk once for many migrations. A crash of the server can take back migrations that"
                            + " were not reported yet; the next run applies them.")
    private boolean asyncCommit;

    /** A rollout with these options. */
    Rollout.Builder rollout(Cancellation cancellation) {
        Rollout.Builder rollout = Rollout.builder().cancellation(cancellation);
        lockTimeout.ifPresent(rollout::lockTimeout);
        statementTimeout.ifPresent(rollout::statementTimeout);
        tries.ifPresent(rollout::tries);
        if (asyncCommit) {
            rollout.asynchronousCommit();
        }
        return rollout;
    }
}
