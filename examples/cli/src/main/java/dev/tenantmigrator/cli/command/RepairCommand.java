package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.Repair;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResults;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.report.FleetReport;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "repair",
        synopsisSubcommandLabel = "ACTION",
        description = "Correct the records of applied versions, in one tenant or all. Runs no script.")
final class RepairCommand {

    private static final String VERSION = "The full name of the migration's directory.";
    private static final String SCHEMA = "The tenant.";
    private static final String ALL = "All tenants.";

    private final CommandRunner runner;

    RepairCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Command(name = "accept-checksum", description = "Record the current checksum of an applied version's file.")
    int acceptChecksum(
            @Parameters(index = "0", paramLabel = "VERSION", description = VERSION) String version,
            @Parameters(index = "1", paramLabel = "SCHEMA", arity = "0..1", description = SCHEMA)
                    Optional<String> schema,
            @Option(names = "--all", description = ALL) boolean all) {
        return repair(new Repair.AcceptChecksum(version), schema, all);
    }

    @Command(name = "fill-checksums", description = "Record checksums for applied versions that have none.")
    int fillChecksums(
            @Parameters(paramLabel = "SCHEMA", arity = "0..1", description = SCHEMA) Optional<String> schema,
            @Option(names = "--all", description = ALL) boolean all) {
        return repair(new Repair.FillChecksums(), schema, all);
    }

    @Command(name = "mark-applied", description = "Record a version as applied without running it.")
    int markApplied(
            @Parameters(index = "0", paramLabel = "VERSION", description = VERSION) String version,
            @Parameters(index = "1", paramLabel = "SCHEMA", arity = "0..1", description = SCHEMA)
                    Optional<String> schema,
            @Option(names = "--all", description = ALL) boolean all) {
        return repair(new Repair.MarkApplied(version), schema, all);
    }

    @Command(name = "mark-not-applied", description = "Remove the record of a version without rolling it back.")
    int markNotApplied(
            @Parameters(index = "0", paramLabel = "VERSION", description = VERSION) String version,
            @Parameters(index = "1", paramLabel = "SCHEMA", arity = "0..1", description = SCHEMA)
                    Optional<String> schema,
            @Option(names = "--all", description = ALL) boolean all) {
        return repair(new Repair.MarkNotApplied(version), schema, all);
    }

    private int repair(Repair repair, Optional<String> schema, boolean all) {
        return runner.withDatabase(
                "repair",
                session -> CommandResult.of("repair", TenantResults.of(repair(session, repair, schema, all))));
    }

    private static FleetReport repair(CliSession session, Repair repair, Optional<String> schema, boolean all) {
        if (schema.isPresent() == all) {
            throw new CommandException("give either SCHEMA or --all");
        }
        schema.ifPresent(name -> TenantsOption.requireTenant(session, name));
        return session.run(() -> session.migrator().repair(TenantsOption.oneOrAll(schema), repair));
    }
}
