package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.DeployOptions;
import dev.tenantmigrator.Rollout;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options that select the versions to apply: those of deploy, deploy-all and plan. */
final class VersionOptions {

    @Option(names = "--out-of-order", description = "Also apply versions older than an applied one.")
    private boolean outOfOrder;

    @Option(
            names = "--target",
            paramLabel = "VERSION",
            description = "The last version to apply; newer ones stay pending. Default: the newest")
    private Optional<String> target = Optional.empty();

    DeployOptions deploy(boolean sharedSchemaChanges) {
        return new DeployOptions(outOfOrder, sharedSchemaChanges, target, Rollout.defaults());
    }

    boolean given() {
        return outOfOrder || target.isPresent();
    }
}
