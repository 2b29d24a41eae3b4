package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.Repair;
import dev.tenantmigrator.cli.output.HealthCauses.Case;
import dev.tenantmigrator.cli.output.HealthCauses.Cause;
import dev.tenantmigrator.report.Remedy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The commands that resolve a finding in some tenants, each short enough for a line of the screen. */
public final class RemedyCommands {

    /** More tenants are resolved by a command for the whole selection, where it does nothing to other tenants. */
    private static final int NAMED = 20;

    /** More tenants are repaired by one command with {@code --all}: the finding is in all tenants to which it does anything. */
    private static final int REPAIRED_ONE_BY_ONE = 3;

    static final String RUN = "run: ";

    /** The line for the fleet, spares included. */
    static final String DEPLOY_ALL = RUN + "deploy-all";

    /** If a file differs from the records of many tenants, the directory is rather wrong than all of them. */
    private static final String RESTORE = "restore the file; is --migrations the directory that was deployed?";

    /** A name that {@code --tenants} neither splits nor takes for a pattern. The parser also keeps commas between double quotes. */
    private static final Pattern LISTED = Pattern.compile("[^-,*\"\\\\\\s][^,*\"\\\\]*", Pattern.DOTALL);

    private final Screen screen;
    private final String selection;
    private final String comparison;

    /**
     * For tenants of a selection.
     *
     * @param selection the option that selected them, with a space before it; empty for the whole fleet
     * @param comparison the options of a comparison of structures, each with a space before it
     */
    public RemedyCommands(Screen screen, String selection, String comparison) {
        this.screen = screen;
        this.selection = selection;
        this.comparison = comparison;
    }

    /**
     * The commands for a cause, without indentation; "or" stands before an alternative.
     *
     * @param named tenants for which a statement of their own is shown
     * @param deployable the number of tenants of the fleet that a deploy changes: one for all of them names none. 0 if unknown
     */
    public List<String> of(Cause cause, List<Case> cases, int named, long deployable) {
        List<String> names =
                cases.stream().map(found -> found.tenant().schema()).distinct().toList();
        List<String> lines = new ArrayList<>();
        if (cause.isDrift()) {
            // Not alternatives: each hint has one.
            for (int hint = 0; hint < cause.remedies(); hint++) {
                lines.addAll(commands(cases, names, hint, named, deployable));
            }
            lines.addAll(
                    names.size() == 1
                            ? each("drift ", names, " --sql" + comparison)
                            : forTenants("drift --sql" + comparison, names, isForAll(names)));
            return lines;
        }
        int alternatives = names.size() > 1 ? Math.min(1, cause.remedies()) : cause.remedies();
        for (int alternative = 0; alternative < alternatives; alternative++) {
            String start = alternative == 0 ? "" : "or ";
            commands(cases, names, alternative, named, deployable).forEach(command -> lines.add(start + command));
        }
        return lines;
    }

    private List<String> commands(List<Case> cases, List<String> names, int alternative, int named, long deployable) {
        Remedy remedy = cases.get(0).finding().remedies().get(alternative);
        if (remedy instanceof Remedy.Statement) {
            return cases.stream()
                    .limit(Math.max(named, 1))
                    .flatMap(found ->
                            of(
                                    found.finding().remedies().get(alternative),
                                    List.of(found.tenant().schema()))
                                    .stream())
                    .toList();
        }
        boolean whole = names.size() == deployable && remedy.equals(new Remedy.Deploy(false));
        List<String> all = whole ? List.of(DEPLOY_ALL) : of(remedy, names);
        // Tenants that are not named are in the commands all the same, as far as NAMED goes.
        int most = Math.max(named, NAMED);
        return all.size() > most ? all.subList(0, most) : all;
    }

    /** The lines for a reader, without indentation. */
    public List<String> of(Remedy remedy, List<String> tenants) {
        if (remedy instanceof Remedy.Deploy deploy) {
            String option = deploy.outOfOrder() ? " --out-of-order" : "";
            return tenants.size() == 1
                    ? each("deploy ", tenants, option)
                    : forTenants("deploy-all" + option, tenants, isForAll(tenants));
        }
        if (remedy instanceof Remedy.Backfill) {
            return tenants.size() == 1
                    ? each("backfill ", tenants)
                    : forTenants("backfill", tenants, isForAll(tenants));
        }
        if (remedy instanceof Remedy.Rollback rollback) {
            String command = "rollback " + quoted(rollback.version());
            return tenants.size() == 1 ? each(command + " ", tenants) : forTenants(command, tenants, false);
        }
        if (remedy instanceof Remedy.Correct correct) {
            return repair(correct.repair(), tenants);
        }
        if (remedy instanceof Remedy.Rename rename) {
            return tenants.stream()
                    .map(tenant -> RUN + "psql -c " + quoted("SET search_path TO " + DriftScript.identifier(tenant))
                            + " -c " + quoted(TerminalText.line(rename.sql())))
                    .toList();
        }
        if (remedy instanceof Remedy.Statement statement) {
            return List.of(RUN + "psql -c " + quoted(TerminalText.line(statement.sql())));
        }
        return each("drop ", tenants, " --yes");
    }

    private List<String> repair(Repair repair, List<String> tenants) {
        if (repair instanceof Repair.MarkApplied mark) {
            // Never for all: the version may be pending in other tenants.
            return each("repair mark-applied " + quoted(mark.version()) + " ", tenants);
        }
        String command = repair instanceof Repair.MarkNotApplied mark
                ? "repair mark-not-applied " + quoted(mark.version()) + " "
                : repair instanceof Repair.AcceptChecksum accept
                        ? "repair accept-checksum " + quoted(accept.version()) + " "
                        : "repair fill-checksums ";
        if (tenants.size() <= REPAIRED_ONE_BY_ONE || !selection.isEmpty()) {
            return each(command, tenants);
        }
        return repair instanceof Repair.FillChecksums
                ? List.of(RUN + command + "--all")
                : List.of(RESTORE, "or " + RUN + command + "--all");
    }

    private static List<String> each(String command, List<String> tenants) {
        return each(command, tenants, "");
    }

    static List<String> each(String command, List<String> tenants, String option) {
        return tenants.stream()
                .map(tenant -> tenant.startsWith("-")
                        ? RUN + command.strip() + option + " -- " + quoted(tenant)
                        : RUN + command + quoted(tenant) + option)
                .toList();
    }

    /** Whether a command for the whole selection is printed, where it does nothing to other tenants. */
    private static boolean isForAll(List<String> tenants) {
        return tenants.size() > NAMED || !tenants.stream().allMatch(LISTED.asMatchPredicate());
    }

    /** One command for all, or some that name the tenants; one for each name that cannot stand in a list. */
    private List<String> forTenants(String command, List<String> tenants, boolean whole) {
        if (whole) {
            return List.of(RUN + command + selection);
        }
        Predicate<String> fits = LISTED.asMatchPredicate();
        List<String> lines = listed(command, tenants.stream().filter(fits).toList());
        lines.addAll(each(command + " ", tenants.stream().filter(fits.negate()).toList()));
        return lines;
    }

    private List<String> listed(String command, List<String> tenants) {
        List<String> lines = new ArrayList<>();
        if (tenants.isEmpty()) {
            return lines;
        }
        String start = RUN + command + " --tenants ";
        StringBuilder line = new StringBuilder();
        for (String tenant : tenants) {
            boolean fits =
                    line.isEmpty() || Screen.columns(line) + 3 + Screen.columns(quoted(tenant)) <= screen.width();
            if (!fits) {
                lines.add(line.toString());
                line = new StringBuilder();
            }
            line.append(line.isEmpty() ? start : ",").append(quoted(tenant));
        }
        lines.add(line.toString());
        return lines;
    }

    /** A word for the shell. */
    static String quoted(String word) {
        String clean = TerminalText.clean(word);
        return clean.matches("[\\p{L}\\p{N}_.:@%+-]+") ? clean : "'" + clean.replace("'", "'\\''") + "'";
    }

    /** The {@code --tenants} option for these patterns, with a space before it; empty without patterns. */
    public static String selection(List<String> patterns) {
        return patterns.isEmpty()
                ? ""
                : " --tenants " + patterns.stream().map(RemedyCommands::quoted).collect(Collectors.joining(","));
    }
}
