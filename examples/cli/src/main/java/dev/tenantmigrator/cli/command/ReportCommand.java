package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.html.HtmlReport;
import dev.tenantmigrator.cli.setup.CliSession;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "report",
        description = "Write a page about all tenants: their health, versions, structures and pending migrations.")
final class ReportCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            required = true,
            description = "The file. An existing one is replaced. It needs no network.")
    private String file = "";

    @Mixin
    private LeftOutOptions leftOut = new LeftOutOptions();

    @Mixin
    private TenantsOption tenants = new TenantsOption();

    ReportCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("report", this::report);
    }

    private CommandResult report(CliSession session) {
        tenants.check(session, Optional.empty());
        HtmlPage page = new HtmlPage(session, file, leftOut);
        HtmlReport report = page.read(tenants.selected(Optional.empty()), tenants.patterns(), Optional.empty());
        tenants.checkFound(session, report.status().tenants().size());
        page.write(report);
        return CommandResult.of("report", report.tenants().results())
                .withMore(Map.of("file", page.toString()))
                .withLines(List.of(report.tenants().verdict().text(), "written to " + page));
    }
}
