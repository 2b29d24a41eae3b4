package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Difference.Statement;
import dev.tenantmigrator.report.DriftFix;
import dev.tenantmigrator.report.StructureClass;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The text around the statements that bring a tenant to its definition.
 *
 * @param found the tenant as a class of its own
 * @param destructive whether destructive statements run, too
 * @param commands the commands to type next
 */
public record DriftFixText(StructureClass found, boolean destructive, DriftCommands commands) {

    private static final String INDENT = "  ";

    private static final Pattern LOSES_ROWS =
            Pattern.compile("DROP (?:FOREIGN )?TABLE |ALTER TABLE .+ DROP COLUMN ", Pattern.DOTALL);

    private String schema() {
        return found.tenants().get(0);
    }

    /** The statements that will run. */
    public List<String> statements() {
        return found.differences().stream()
                .filter(difference -> destructive || !DriftScript.isDestructive(difference))
                .flatMap(difference -> difference.statements().stream())
                .map(Statement::sql)
                .toList();
    }

    /** The differences and the statements, before the question. */
    public List<String> before(Screen screen) {
        List<String> lines = new ArrayList<>(shown(screen));
        lines.addAll(screen.wrapped("These statements run in one transaction:", ""));
        lines.addAll(sql(statements()));
        List<String> losing =
                statements().stream().filter(DriftFixText::losesRows).toList();
        if (!losing.isEmpty()) {
            lines.addAll(screen.wrapped("Of these, the following lose rows or values for good:", ""));
            lines.addAll(sql(losing));
        }
        lines.addAll(leftOut(screen));
        return lines;
    }

    private static boolean losesRows(String statement) {
        return LOSES_ROWS.matcher(statement).lookingAt();
    }

    /** The differences where no statement can run. */
    public List<String> nothingToRun(Screen screen) {
        List<String> lines = new ArrayList<>(shown(screen));
        lines.add("No statement was run.");
        lines.addAll(leftOut(screen));
        commands.repair(found, schema()).forEach(command -> lines.add(command));
        return lines;
    }

    /** The statements that ran, and the differences that are left. */
    public List<String> after(DriftFix fix, Screen screen) {
        List<String> lines = new ArrayList<>();
        String schema = schema();
        int ran = fix.statements().size();
        lines.addAll(screen.wrapped(
                schema + ": ran " + (ran == 0 ? "no" : ran) + (ran == 1 ? " statement" : " statements"), ""));
        lines.addAll(sql(fix.statements()));
        if (fix.remaining().isEmpty()) {
            lines.addAll(screen.wrapped(schema + " is as defined.", ""));
            return lines;
        }
        StructureClass left = new StructureClass(List.of(schema), fix.remaining());
        lines.addAll(screen.wrapped(
                left.drifted() ? schema + " still differs:" : schema + " is as defined, with notes:", ""));
        lines.addAll(new DriftText(screen, commands).differences(fix.remaining()));
        if (!fix.failures().isEmpty()) {
            lines.add(fix.failures().size() == 1 ? "A statement could not run:" : "Some statements could not run:");
            fix.failures().forEach(failure -> lines.addAll(ErrorBlock.of(failure, screen)));
        }
        if (left.drifted()) {
            lines.addAll(next(fix));
        }
        return lines;
    }

    /** Not the command that was just given: its statements would fail again. Hints may be out of date. */
    private List<String> next(DriftFix fix) {
        if (!found.hints().isEmpty()) {
            return List.of(commands.compare(schema()));
        }
        if (fix.failures().isEmpty()) {
            return commands.fix(schema(), fix.remaining());
        }
        boolean more = !destructive && fix.remaining().stream().anyMatch(DriftScript::isDestructive);
        return more ? List.of(commands.fix(schema(), true)) : List.of();
    }

    private List<String> shown(Screen screen) {
        List<String> lines = new ArrayList<>(screen.wrapped(schema() + " differs:", ""));
        DriftText text = new DriftText(screen, commands);
        lines.addAll(text.differences(found.differences()));
        lines.addAll(text.hints(found));
        return lines;
    }

    private List<String> leftOut(Screen screen) {
        List<String> lines = new ArrayList<>();
        long unknown = found.differences().stream()
                .filter(difference -> difference.statements().isEmpty())
                .count();
        List<String> others = found.differences().stream()
                .filter(difference -> !destructive && DriftScript.isDestructive(difference))
                .flatMap(difference -> difference.statements().stream())
                .map(Statement::sql)
                .toList();
        if (!others.isEmpty()) {
            lines.addAll(screen.wrapped(
                    "These are left out, because they drop or change something; --destructive runs them, too:", ""));
            lines.addAll(sql(others));
        }
        if (unknown > 0) {
            lines.addAll(screen.wrapped(
                    "No statement is known for " + unknown + (unknown == 1 ? " difference." : " differences."), ""));
        }
        return lines;
    }

    /** Whole, because they are to be read before they run. */
    private static List<String> sql(List<String> statements) {
        return statements.stream()
                .flatMap(statement -> (statement.strip() + ";").lines())
                .map(line -> INDENT + TerminalText.clean(line))
                .toList();
    }
}
