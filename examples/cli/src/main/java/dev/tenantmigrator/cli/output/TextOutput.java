package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import picocli.CommandLine.Help.Ansi;

/** A result as a person reads it: a table, of those that need attention when the fleet is large, and counts. */
public final class TextOutput {

    /** A fleet up to this size is shown whole. */
    private static final int SMALL = 20;
    /** Of a large fleet, as many unhealthy tenants are shown; failed ones always. */
    private static final int SHOWN = 50;

    private final Ansi ansi;
    private final boolean verbose;

    public TextOutput(Ansi ansi, boolean verbose) {
        this.ansi = ansi;
        this.verbose = verbose;
    }

    /** The lines to print. */
    public List<String> lines(CommandResult result) {
        List<String> lines = new ArrayList<>(result.lines().orElseGet(() -> table(result.tenants())));
        if (!result.counts().isEmpty() && result.lines().isEmpty()) {
            lines.add(counts(result));
        } else if (result.tenants().isEmpty() && result.lines().isEmpty()) {
            lines.add("There is no tenant.");
        }
        return lines;
    }

    private List<String> table(List<TenantResult> tenants) {
        boolean all = verbose || tenants.size() <= SMALL;
        List<TenantResult> shown = tenants.stream()
                .filter(tenant -> all || tenant.needsAttention())
                .toList();
        List<TenantResult> failed = shown.stream()
                .filter(tenant -> tenant.outcome().equals(TenantResult.FAILED))
                .toList();
        List<TenantResult> others = shown.stream()
                .filter(tenant -> !tenant.outcome().equals(TenantResult.FAILED))
                .toList();
        int limit = all ? others.size() : Math.min(SHOWN, others.size());
        Table table = new Table("TENANT", "OUTCOME", "DETAIL");
        failed.forEach(tenant -> addTo(table, tenant));
        others.subList(0, limit).forEach(tenant -> addTo(table, tenant));
        List<String> lines = new ArrayList<>(shown.isEmpty() ? List.of() : coloured(table.lines()));
        if (limit < others.size()) {
            lines.add("... and " + (others.size() - limit) + " more; --verbose shows all");
        }
        return lines;
    }

    private static void addTo(Table table, TenantResult tenant) {
        List<String> details = details(tenant);
        table.add(tenant.schema(), tenant.outcome(), details.get(0));
        details.stream().skip(1).forEach(detail -> table.add("", "", detail));
    }

    /** At least one line, possibly empty. */
    private static List<String> details(TenantResult tenant) {
        List<String> details = new ArrayList<>();
        tenant.error().ifPresent(failure -> details.add(oneLine(failure.toString())));
        if (tenant.error().isEmpty() && !tenant.versions().isEmpty()) {
            details.add(String.join(", ", tenant.versions()));
        }
        if (tenant.more().get("tables") instanceof List<?> tables) {
            details.add(tables.stream().map(Objects::toString).collect(Collectors.joining(", ")));
        }
        if (tenant.more().get("reason") instanceof String reason) {
            details.add(oneLine(reason));
        }
        tenant.findings().stream().map(TextOutput::finding).forEach(details::add);
        return details.isEmpty() ? List.of("") : details;
    }

    static String finding(Finding finding) {
        String label = finding.severity() == Finding.Severity.ERROR ? "" : name(finding.severity()) + ": ";
        return label + oneLine(finding.message());
    }

    private static String name(Finding.Severity severity) {
        return severity == Finding.Severity.WARNING ? "warning" : "note";
    }

    private String counts(CommandResult result) {
        int tenants = result.tenants().size();
        return tenants
                + (tenants == 1 ? " tenant: " : " tenants: ")
                + result.counts().entrySet().stream().map(this::count).collect(Collectors.joining(", "));
    }

    private String count(Map.Entry<String, Integer> count) {
        return coloured(count.getValue() + " " + count.getKey());
    }

    private List<String> coloured(List<String> lines) {
        return lines.stream().map(this::coloured).toList();
    }

    private String coloured(String line) {
        if (!ansi.enabled()) {
            return line;
        }
        String padded = " " + line + " ";
        if (padded.contains(" failed ") || padded.contains(" unhealthy ") || padded.contains(" skipped ")) {
            return Ansi.Style.fg_red.on() + line + Ansi.Style.reset.on();
        }
        return line;
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
