package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.DriftOptions;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.DriftCommands;
import dev.tenantmigrator.cli.output.DriftFixText;
import dev.tenantmigrator.cli.output.DriftResults;
import dev.tenantmigrator.cli.output.DriftText;
import dev.tenantmigrator.cli.output.Screen;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.cli.setup.Terminal;
import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.DriftFix;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.StructureClass;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/** Brings one tenant to its definition: shows the differences and the statements, asks, runs them. */
final class DriftRepair {

    private final CliSession session;
    private final String schema;
    private final DriftOptions options;
    private final DriftCommands commands;
    private final boolean destructive;

    DriftRepair(CliSession session, String schema, ComparisonOptions comparison, boolean destructive) {
        this.session = session;
        this.schema = schema;
        this.options = comparison.options(session.context());
        this.commands = DriftCommands.of(comparison.words(), List.of());
        this.destructive = destructive;
    }

    CommandResult run(boolean yes) {
        boolean json = session.settings().json();
        DriftReport report = session.migrator().drift(Tenants.named(schema), options);
        StructureClass found =
                report.classes().stream().findFirst().orElseGet(() -> new StructureClass(List.of(schema), List.of()));
        List<Difference> differences = found.differences();
        DriftFixText text = new DriftFixText(found, destructive, commands);
        if (text.statements().isEmpty()) {
            return json || !report.unknown().isEmpty() || differences.isEmpty()
                    ? DriftResults.of(report).withText(screen -> new DriftText(screen, commands).lines(report))
                    : DriftResults.of(report).withText(text::nothingToRun);
        }
        if (!json) {
            Screen screen = new Screen(
                    session.context().width(), Ansi.OFF, session.settings().verbose());
            text.before(screen).forEach(session.context().out()::println);
            session.context().out().flush();
        }
        if (!yes && (json || session.context().terminal().isEmpty())) {
            return DriftResults.of(report)
                    .withError(Failure.of("nothing was changed: "
                            + (json ? "--json leaves no place" : "there is no terminal")
                            + " for the confirmation; add --yes to change " + schema));
        }
        if (!yes && !agreed()) {
            return DriftResults.of(report).withLines(List.of("Not confirmed; nothing was changed."));
        }
        DriftFix fix = session.run(() -> session.migrator().fixDrift(schema, options, differences, destructive));
        return DriftResults.of(fix).withText(screen -> text.after(fix, screen));
    }

    private boolean agreed() {
        return session.context()
                .terminal()
                .map(terminal -> agreed(terminal, schema))
                .orElse(false);
    }

    private static boolean agreed(Terminal terminal, String schema) {
        return terminal.ask("Run these statements in " + schema + "? [y/N] ")
                .strip()
                .equalsIgnoreCase("y");
    }
}
