package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.DeployOptions;
import dev.tenantmigrator.DriftOptions;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.cli.output.DriftCommands;
import dev.tenantmigrator.cli.output.html.HtmlReport;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.cli.setup.OutputFile;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.PlanReport;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantStatus;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A page about tenants in a file. */
final class HtmlPage {

    private final CliSession session;
    private final OutputFile file;
    private final LeftOutOptions leftOut;
    private final DriftOptions options;

    /** Fails if the file cannot be written. */
    HtmlPage(CliSession session, String file, LeftOutOptions leftOut) {
        this.session = session;
        this.leftOut = leftOut;
        this.options = leftOut.options(session.context());
        this.file = new OutputFile(session.context().directory().resolve(file));
    }

    /**
     * Reads the tenants.
     *
     * @param patterns the patterns that selected them
     * @param run the run that the page is about, too
     */
    HtmlReport read(Tenants tenants, List<String> patterns, Optional<FleetReport> run) {
        StatusReport status = session.migrator().status(tenants);
        Set<String> pending = status.tenants().stream()
                .filter(tenant -> !tenant.pending().isEmpty())
                .map(TenantStatus::schema)
                .collect(Collectors.toSet());
        PlanReport plan = pending.isEmpty()
                ? new PlanReport(List.of(), Set.of())
                : session.migrator().plan(tenants.where(pending::contains), DeployOptions.defaults());
        return new HtmlReport(
                session.database(),
                session.context().clock().instant(),
                DriftCommands.of(leftOut.words(), patterns),
                status,
                session.showingProgress(() -> session.migrator().drift(tenants, options)),
                plan,
                run);
    }

    void write(HtmlReport report) {
        file.write(report.toHtml());
    }

    /** The file's path. */
    @Override
    public String toString() {
        return file.toString();
    }
}
