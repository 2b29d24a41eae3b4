package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.RunOptions;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.QueryRows;
import dev.tenantmigrator.cli.output.RunText;
import dev.tenantmigrator.cli.output.TenantResult;
import dev.tenantmigrator.cli.output.TenantResults;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.report.FleetReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        description = "Run a script in every tenant, without recording it. It can only read, unless --write is given.")
final class RunCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Parameters(
            paramLabel = "FILE.sql",
            description =
                    "A script for the schema public. It is adapted to each tenant, must stay inside it, and is one"
                            + " transaction per tenant.")
    private String file = "";

    @Option(names = "--write", description = "Commit what the script writes. Otherwise it runs read-only.")
    private boolean write;

    @Option(names = "--csv", description = "Print the rows of the script's only query as CSV.")
    private boolean csv;

    @Mixin
    private RolloutOptions rollout = new RolloutOptions();

    RunCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withoutMigrations("run", this::run);
    }

    private CommandResult run(CliSession session) {
        if (csv && session.settings().json()) {
            throw new CommandException("give either --csv or --json");
        }
        MigrationScript script = script(session.context().directory().resolve(file));
        QueryRows rows = new QueryRows();
        FleetReport report = rollout.run(
                session,
                Optional.empty(),
                (tenants, how) -> session.migrator()
                        .runScript(
                                tenants,
                                script,
                                RunOptions.builder().writes(write).rollout(how).build(),
                                rows));
        CommandResult result = CommandResult.of("run", TenantResults.of(report));
        rows.keep(result.tenants().stream()
                .filter(tenant -> !tenant.needsAttention())
                .map(TenantResult::schema)
                .collect(Collectors.toSet()));
        if (result.tenants().isEmpty()) {
            return result.withMore(Map.of("results", rows.json()));
        }
        if (csv && rows.queries() > 1) {
            throw new CommandException("the script has " + rows.queries()
                    + " queries, and CSV has room for the rows of one; print them with --json, or split the script"
                    + (write ? ". The script has run: what it wrote is kept" : ""));
        }
        return csv
                ? result.withRawText(rows.csv(), session.context().terminal().isPresent())
                        .withNotes(RunText.notes(result))
                : result.withMore(Map.of("results", rows.json())).withText(screen -> RunText.of(result, rows, screen));
    }

    private static MigrationScript script(Path path) {
        try {
            return new MigrationScript(path.toString(), Files.readAllBytes(path));
        } catch (IOException e) {
            throw CommandException.unreadable(path, e);
        }
    }
}
