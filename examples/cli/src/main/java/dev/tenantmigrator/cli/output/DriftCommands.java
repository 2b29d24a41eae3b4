package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.Remedy;
import dev.tenantmigrator.report.StructureClass;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/**
 * The commands that show the SQL of differences and apply it.
 *
 * @param options the options that decide what is compared, as they were given, each with a space before it
 * @param selection the option that selected the tenants, with a space before it; empty for all tenants
 */
public record DriftCommands(String options, String selection) {

    private static final RemedyCommands ONE = new RemedyCommands(new Screen(80, Ansi.OFF, false), "", "");

    /** Options of a comparison as they are typed again. */
    public static DriftCommands of(List<String> options, List<String> patterns) {
        StringBuilder typed = new StringBuilder();
        options.forEach(option -> typed.append(' ').append(RemedyCommands.quoted(option)));
        return new DriftCommands(typed.toString(), RemedyCommands.selection(patterns));
    }

    /** The commands after a report; none when no tenant is drifted. */
    List<String> after(DriftReport report) {
        List<StructureClass> drifted = DriftWords.drifted(report);
        if (drifted.isEmpty()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        String first = drifted.get(0).tenants().get(0);
        if (drifted.size() == 1) {
            lines.add(sql(first));
        } else {
            lines.add("run: drift --sql" + selection + options);
        }
        lines.addAll(repair(drifted.get(0), first));
        return lines;
    }

    /** The command that shows the SQL of a tenant. */
    public String sql(String schema) {
        return typed("drift", schema, " --sql" + options);
    }

    /** The commands for one tenant of a class: those of its hints, after which it is compared again, or else its statements. */
    public List<String> repair(StructureClass same, String schema) {
        return same.hints().isEmpty()
                ? fix(schema, same.differences())
                : same.hints().stream()
                        .flatMap(hint -> ONE.of(hint.remedy(), List.of(schema)).stream())
                        .toList();
    }

    /** A hint with the command for a tenant, unless the sentence has a statement already. */
    public static String hint(StructureClass.Hint hint, String schema) {
        return hint.remedy() instanceof Remedy.Rename
                ? hint.message()
                : hint.message() + ": "
                        + ONE.of(hint.remedy(), List.of(schema)).get(0).substring(RemedyCommands.RUN.length());
    }

    /** The command that compares a tenant again. */
    String compare(String schema) {
        return typed("drift", schema, options);
    }

    /** The command that applies statements; none where there is none to apply. */
    List<String> fix(String schema, List<Difference> differences) {
        List<Difference.Statement> statements = differences.stream()
                .flatMap(difference -> difference.statements().stream())
                .toList();
        if (statements.isEmpty()) {
            return List.of();
        }
        boolean onlyDestructive = statements.stream().allMatch(Difference.Statement::destructive);
        return List.of(fix(schema, onlyDestructive));
    }

    /** The command that applies all statements, or those that destroy nothing. */
    String fix(String schema, boolean destructive) {
        return typed("drift --fix", schema, (destructive ? " --destructive" : "") + options);
    }

    private static String typed(String command, String schema, String rest) {
        return RemedyCommands.each(command + " ", List.of(schema), rest).get(0);
    }
}
