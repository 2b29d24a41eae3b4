package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResult;
import dev.tenantmigrator.cli.output.TerminalText;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.report.Finding;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "list", description = "List the tenants' schemas, one per line.")
final class ListCommand implements Callable<Integer> {

    private final CommandRunner runner;

    ListCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withoutMigrations("list", ListCommand::list);
    }

    private static CommandResult list(CliSession session) {
        List<String> tenants = session.migrator().tenants();
        List<String> unfinished = session.migrator().unfinishedDrops();
        unfinished.forEach(schema -> session.context()
                .err()
                .println(TerminalText.line(
                        "The drop of " + schema + " is unfinished. To finish it, run: drop " + schema)));
        Map<String, Finding> unreadable = tenants.isEmpty() ? Map.of() : session.unreadable();
        unreadable.forEach((schema, finding) ->
                session.context().err().println(TerminalText.line(schema + " is unreadable: " + finding.message())));
        List<TenantResult> listed = tenants.stream()
                .map(schema -> Optional.ofNullable(unreadable.get(schema))
                        .map(finding -> TenantResult.unreadable(schema, finding))
                        .orElseGet(() -> TenantResult.of(schema, "")))
                .toList();
        return CommandResult.of("list", listed)
                .withMore(Map.of("unfinishedDrops", unfinished))
                .withLines(tenants);
    }
}
