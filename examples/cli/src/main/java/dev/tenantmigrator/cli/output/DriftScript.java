package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.StructureClass;
import java.util.ArrayList;
import java.util.List;

/** Formats the SQL that would bring tenants to their definitions as a script for psql, one transaction for each class. */
public final class DriftScript {

    /** Tenants named in a comment. */
    private static final int NAMED = 20;

    /** Columns of a value in a comment; the statement has it in full. */
    private static final int VALUE = 120;

    /** The effect of a destructive statement. */
    public static final String DESTROYS = "it drops or changes something that is there";

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
            lines.add("\\set ON_ERROR_STOP on");
        }
        lines.add("");
        int others = same.tenants().size() - 1;
        comment("tenant " + schema);
        if (others > 0) {
            comment(others + (others == 1 ? " more tenant differs" : " more tenants differ")
                    + " alike; for the SQL of one, run: drift SCHEMA --sql");
            comment(TerminalText.some(same.tenants().subList(1, same.tenants().size()), NAMED));
        }
        if (same.differences().stream()
                .allMatch(difference -> difference.statements().isEmpty())) {
            same.differences().forEach(this::add);
            return;
        }
        lines.add("BEGIN;");
        lines.add("SET LOCAL search_path TO " + identifier(schema) + ", " + identifier(sharedSchema) + ";");
        // A function may name another one that comes later.
        lines.add("SET LOCAL check_function_bodies TO off;");
        same.differences().forEach(this::add);
        lines.add("COMMIT;");
    }

    private void add(Difference difference) {
        comment(DriftWords.sign(difference) + " " + difference.severity() + " " + DriftWords.text(difference, VALUE)
                + (difference.statements().isEmpty() ? ": no statement is known for it" : ""));
        boolean destructive = isDestructive(difference);
        if (destructive) {
            comment("DESTRUCTIVE, so commented out: " + DESTROYS);
        }
        for (Difference.Statement statement : difference.statements()) {
            String sql = statement.sql().strip() + ";";
            if (destructive) {
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
    private static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
