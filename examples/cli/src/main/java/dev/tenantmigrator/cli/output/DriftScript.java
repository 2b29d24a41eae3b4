package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.FixStep;
import dev.tenantmigrator.report.StructureClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Formats the SQL that would bring tenants to their definitions as a script for psql, one transaction for each class. */
public final class DriftScript {

    /** Tenants named in a comment. */
    private static final int NAMED = 20;

    /** Columns of a value in a comment; the statement has it in full. */
    private static final int VALUE = 120;

    /** The effect of a destructive statement. */
    public static final String DESTROYS = "it drops or changes something that is there";

    private static final List<String> HEADER = List.of(
            "-- Run it with psql -X -f FILE, without --single-transaction: each tenant has a transaction of its own. A statement that",
            "-- fails rolls back its tenant, and the next tenant goes on. Afterwards run drift again to see what is left.",
            "-- Statements that nobody should run unread are commented out, each with the reason.",
            "\\set ON_ERROR_STOP off");

    private final String sharedSchema;
    private final List<String> lines = new ArrayList<>();

    private DriftScript(String sharedSchema) {
        this.sharedSchema = sharedSchema;
    }

    /** The script; empty when no tenant is drifted. */
    public static List<String> of(DriftReport report, String sharedSchema) {
        DriftScript script = new DriftScript(sharedSchema);
        DriftWords.drifted(report).forEach(script::add);
        return List.copyOf(script.lines);
    }

    private void add(StructureClass same) {
        String schema = same.tenants().get(0);
        if (lines.isEmpty()) {
            lines.addAll(HEADER);
        }
        lines.add("");
        int others = same.tenants().size() - 1;
        comment("tenant " + schema);
        if (others > 0) {
            comment(others + (others == 1 ? " more tenant differs" : " more tenants differ")
                    + " alike; for the SQL of one, run: drift SCHEMA --sql");
            comment(TerminalText.some(same.tenants().subList(1, same.tenants().size()), NAMED));
        }
        same.hints().forEach(hint -> comment("hint: " + DriftCommands.hint(hint, schema)));
        boolean runs = same.steps().stream().anyMatch(step -> !step.statements().isEmpty());
        if (runs) {
            lines.add("BEGIN;");
            lines.add("SET LOCAL search_path TO " + identifier(schema) + ", " + identifier(sharedSchema) + ";");
            // A function may name another one that comes later.
            lines.add("SET LOCAL check_function_bodies TO off;");
        }
        Optional<FixStep> last = Optional.empty();
        for (FixStep step : same.steps()) {
            add(step, last);
            last = Optional.of(step);
        }
        if (runs) {
            lines.add("COMMIT;");
        }
    }

    private void add(FixStep step, Optional<FixStep> last) {
        Difference difference = step.difference();
        boolean goesOn = last.filter(before -> before.difference().equals(difference)
                        && before.leftOut().equals(step.leftOut()))
                .isPresent();
        if (!goesOn) {
            comment(DriftWords.sign(difference) + " " + difference.severity() + " "
                    + DriftWords.text(difference, VALUE)
                    + (step.statements().isEmpty() ? ": no statement is known for it" : ""));
            step.leftOut()
                    .ifPresent(reason ->
                            comment((isDestructive(difference) ? "DESTRUCTIVE, so commented out: " : "commented out: ")
                                    + TerminalText.line(reason)));
        }
        for (String statement : step.statements()) {
            String sql = statement.strip() + ";";
            if (step.leftOut().isPresent()) {
                sql.lines().forEach(line -> lines.add("-- " + line));
            } else {
                lines.add(sql);
            }
        }
    }

    /** One destructive statement counts for all of a difference: an index is not made again before it is dropped. */
    public static boolean isDestructive(Difference difference) {
        return difference.statements().stream().anyMatch(Difference.Statement::destructive);
    }

    private void comment(String text) {
        lines.add("-- " + TerminalText.line(text));
    }

    /** Quoted always: which names need it is the server's matter. */
    static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
