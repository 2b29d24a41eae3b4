package dev.tenantmigrator.cli.output.html;

import dev.tenantmigrator.cli.output.DriftCommands;
import dev.tenantmigrator.cli.output.DriftScript;
import dev.tenantmigrator.cli.output.DriftWords;
import dev.tenantmigrator.cli.output.HealthCauses;
import dev.tenantmigrator.cli.output.HealthCauses.Case;
import dev.tenantmigrator.cli.output.HealthCauses.Cause;
import dev.tenantmigrator.cli.output.RemedyCommands;
import dev.tenantmigrator.cli.output.Screen;
import dev.tenantmigrator.cli.output.TenantResult;
import dev.tenantmigrator.cli.output.TerminalText;
import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding.Severity;
import dev.tenantmigrator.report.Remedy;
import dev.tenantmigrator.report.SpareCounts;
import dev.tenantmigrator.report.StructureClass;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Help.Ansi;

/** The data of a page. Tenants are numbers, so that a large fleet makes a small page. */
final class PageData {

    /** Causes and classes in full; a page with more is not read. */
    private static final int MAX_BLOCKS = 100;

    /** Differences of a class. */
    private static final int MAX_DIFFERENCES = 50;

    /** Columns of a value in a difference. */
    private static final int VALUE = 200;

    /** Letters of an error, of an excerpt and of the SQL of a difference. */
    private static final int LETTERS = 4000;

    /** Letters of all differences: a hostile tenant must not make a page that no browser opens. */
    private static final int MAX_LETTERS = 600_000;

    /** Tenants named. */
    static final int NAMED = 20;

    private static final Screen SCREEN = new Screen(160, Ansi.OFF, false);

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final PageTenants tenants;
    private final DriftCommands commands;
    private final RemedyCommands remedies;
    private final Map<String, Integer> numbers = new HashMap<>();
    private int letters;

    PageData(PageTenants tenants, DriftCommands commands) {
        this.tenants = tenants;
        this.commands = commands;
        this.remedies = new RemedyCommands(SCREEN, commands.selection(), commands.options());
        tenants.results().forEach(tenant -> numbers.put(tenant.schema(), numbers.size()));
    }

    /** The line below the verdict. */
    static String place(String database, Instant made, String selection) {
        return clean(TIME.format(made) + " · " + database + (selection.isEmpty() ? "" : " ·" + selection));
    }

    Map<String, Object> of(HtmlReport report) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("counts", tenants.counts());
        data.put("selection", commands.selection().isEmpty() ? "" : " " + clean(commands.selection()));
        data.put("line", DriftWords.line(report.drift()));
        data.put(
                "names",
                tenants.results().stream().map(tenant -> clean(tenant.schema())).toList());
        data.put(
                "outcomes",
                tenants.results().stream().map(TenantResult::outcome).toList());
        VersionSets sets = new VersionSets(report.status());
        data.put("sets", sets.labels());
        data.put("set", sets.numbers(tenants.results()));
        data.put(
                "classes",
                report.drift().classes().stream()
                        .limit(MAX_BLOCKS)
                        .map(this::structure)
                        .toList());
        data.put("moreClasses", Math.max(0, report.drift().classes().size() - MAX_BLOCKS));
        data.put("class", classes(report.drift()));
        data.put("causes", causes());
        data.putAll(PendingVersions.of(report.plan()));
        report.run().ifPresent(run -> data.put("run", RunTimes.of(run)));
        data.put("spares", spares(report.status().spares()));
        data.put("notCompared", report.drift().notCompared());
        return data;
    }

    /** The class of each tenant; -1 for one that could not be compared. */
    private List<Integer> classes(DriftReport drift) {
        Integer[] classes = new Integer[tenants.results().size()];
        Arrays.fill(classes, -1);
        for (int number = 0; number < drift.classes().size(); number++) {
            for (String schema : drift.classes().get(number).tenants()) {
                Integer tenant = numbers.get(schema);
                if (tenant != null) {
                    classes[tenant] = Math.min(number, MAX_BLOCKS);
                }
            }
        }
        return List.of(classes);
    }

    private Map<String, Object> structure(StructureClass same) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("label", cut(clean(DriftWords.label(same))));
        fields.put("drifted", same.drifted());
        fields.put("tenants", same.tenants().size());
        List<Map<String, Object>> differences = new ArrayList<>();
        for (Difference difference : same.differences()) {
            // Never none of a class that differs.
            if (differences.size() == MAX_DIFFERENCES || (letters > MAX_LETTERS && !differences.isEmpty())) {
                break;
            }
            differences.add(difference(difference));
        }
        fields.put("differences", differences);
        fields.put("more", same.differences().size() - differences.size());
        fields.put(
                "hints",
                same.hints().stream()
                        .limit(letters > MAX_LETTERS ? 0 : NAMED)
                        .map(hint -> counted(
                                lines(DriftCommands.hint(hint, same.tenants().get(0)))))
                        .toList());
        if (same.drifted()) {
            String schema = same.tenants().get(0);
            List<String> lines = new ArrayList<>(List.of(commands.sql(schema)));
            lines.addAll(commands.repair(same, schema));
            fields.put("commands", commands(lines));
        }
        return fields;
    }

    private Map<String, Object> difference(Difference difference) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("sign", DriftWords.sign(difference));
        fields.put("severity", difference.severity().name());
        fields.put("text", counted(lines(DriftWords.text(difference, VALUE))));
        fields.put(
                "sql",
                counted(cut(
                        (DriftScript.isDestructive(difference) ? "-- DESTRUCTIVE: " + DriftScript.DESTROYS + "\n" : "")
                                + difference.statements().stream()
                                        .map(statement -> lines(statement.sql()) + ";")
                                        .collect(Collectors.joining("\n")))));
        return fields;
    }

    private String counted(String text) {
        letters += text.length();
        return text;
    }

    private List<Map<String, Object>> causes() {
        List<Map<String, Object>> causes = new ArrayList<>();
        HealthCauses.of(tenants.results()).forEach((cause, cases) -> {
            // The section on structures has these.
            if (!cause.name().equals("drift") && causes.size() < MAX_BLOCKS) {
                causes.add(cause(cause, cases));
            }
        });
        return causes;
    }

    private Map<String, Object> cause(Cause cause, List<Case> cases) {
        List<String> names =
                cases.stream().map(found -> found.tenant().schema()).distinct().toList();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", cause.name());
        fields.put("severity", TerminalText.kebab(cause.severity()));
        fields.put("at", names.stream().map(numbers::get).toList());
        if (cause.isFailure()) {
            Failure failure = cases.get(0).tenant().error().orElse(cause.failure());
            fields.put("message", lines(failure.message()));
            fields.put("place", clean(cause.failure().coordinates()));
            failure.excerpt().ifPresent(excerpt -> fields.put("excerpt", lines(excerpt)));
            fields.put("commands", commands(remedies.of(new Remedy.Deploy(false), names)));
            return fields;
        }
        fields.put("message", lines(cases.size() == 1 ? cases.get(0).finding().message() : cause.message()));
        fields.put(
                "commands",
                cause.severity() == Severity.INFO ? List.of() : commands(remedies.of(cause, cases, NAMED, 0)));
        return fields;
    }

    /** The commands as they are typed with the alias of the program. */
    private static List<String> commands(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceFirst("^(or )?run: (?!psql )", "$1tm "))
                .map(line -> line.replaceFirst("^(or )?run: ", "$1"))
                .map(PageData::clean)
                .toList();
    }

    private static Map<String, Object> spares(SpareCounts spares) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("ready", spares.ready());
        fields.put("behind", spares.behind());
        fields.put("unfit", spares.unfit());
        spares.refillFailure().ifPresent(failure -> fields.put("failure", lines(failure.toString())));
        return fields;
    }

    static String clean(String text) {
        return TerminalText.line(text);
    }

    private static String lines(String text) {
        return cut(TerminalText.lines(text));
    }

    private static String cut(String safe) {
        return safe.length() <= LETTERS ? safe : safe.substring(0, LETTERS) + "…";
    }
}
