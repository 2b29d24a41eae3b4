package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.DeployOptions;
import dev.tenantmigrator.Rollout;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which versions a deploy applies: the options that a deploy and its plan share. */
final class VersionOptions {

    @Option(names = "--out-of-order", description = "Also versions older than one that is applied already.")
    private boolean outOfOrder;

    @Option(
            names = "--target",
            paramLabel = "VERSION",
            description = "The last version that is applied; newer ones stay pending. Default: the newest")
    private Optional<String> target = Optional.empty();

    DeployOptions deploy(boolean sharedSchemaChanges) {
        return new DeployOptions(outOfOrder, sharedSchemaChanges, target, Rollout.defaults());
    }

    boolean given() {
        return outOfOrder || target.isPresent();
    }
}
