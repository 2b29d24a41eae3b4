package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResult;
import dev.tenantmigrator.cli.output.VersionHistory;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "history",
        description = "Show each version, in how many tenants it is applied, and when it was applied first and last.")
final class HistoryCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Parameters(paramLabel = "SCHEMA", arity = "0..1", description = "One tenant.")
    private Optional<String> schema = Optional.empty();

    @Mixin
    private TenantsOption tenants = new TenantsOption();

    HistoryCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("history", this::history);
    }

    private CommandResult history(CliSession session) {
        tenants.check(session, schema);
        StatusReport report = session.migrator().status(tenants.selected(schema));
        tenants.checkFound(session, report.tenants().size());
        List<TenantResult> unreadable =
                report.tenants().stream().flatMap(HistoryCommand::unreadable).toList();
        VersionHistory history = new VersionHistory(report);
        CommandResult result = CommandResult.of("history", unreadable).withMore(Map.of("versions", history.json()));
        return report.tenants().isEmpty()
                ? result
                : result.withText(history::lines)
                        .withNotes(unreadable.stream()
                                .map(tenant -> tenant.schema() + " is unreadable: "
                                        + tenant.findings().get(0).message())
                                .toList());
    }

    /** A tenant whose record cannot be read is missing in the numbers, which must not pass unnoticed. */
    private static Stream<TenantResult> unreadable(TenantStatus tenant) {
        return tenant.findings().stream()
                .filter(finding -> finding.kind() == Finding.Kind.UNREADABLE)
                .map(finding -> TenantResult.unreadable(tenant.schema(), finding));
    }
}
