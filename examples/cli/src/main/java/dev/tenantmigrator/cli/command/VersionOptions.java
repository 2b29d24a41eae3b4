package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.DeployOptions;
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

    DeployOptions.Builder deploy() {
        DeployOptions.Builder options = DeployOptions.builder().outOfOrder(outOfOrder);
        target.ifPresent(options::targetVersion);
        return options;
    }

    boolean given() {
        return outOfOrder || target.isPresent();
    }
}
