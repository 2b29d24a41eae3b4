package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.Finding.Severity;
import dev.tenantmigrator.report.Remedy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Formats the health of tenants: a line of counts by cause, then a block for each cause, the most urgent first. */
public final class HealthText {

    /** Tenants named in a block. */
    private static final int NAMED = 20;

    /** Tenants that only wait for a deploy need no names: the command deploys to all of them. */
    private static final int PENDING_NAMED = 3;

    /** Blocks of errors: about two screens. */
    private static final int MAX_BLOCKS = 25;

    private static final int MAX_VERSIONS = 5;

    private static final String INDENT = "  ";
    private static final String SCHEMA = "SCHEMA";

    private final Screen screen;
    private final boolean allPending;
    private final RemedyCommands commands;

    /**
     * For a selection of tenants.
     *
     * @param patterns the patterns that selected them; empty for the whole fleet
     * @param allPending whether all tenants of the fleet with pending versions are among them
     */
    public HealthText(Screen screen, List<String> patterns, boolean allPending) {
        this.screen = screen;
        this.allPending = allPending;
        this.commands = new RemedyCommands(screen, RemedyCommands.selection(patterns));
    }

    /** A cause that tenants have in common. */
    private record Cause(String name, int rank, Severity severity, String message, Failure failure, int remedies) {

        static Cause of(TenantResult tenant, Finding finding) {
            String message = finding.message().replace(tenant.schema(), SCHEMA);
            return new Cause(
                    TerminalText.kebab(finding.kind()),
                    urgency(finding),
                    finding.severity(),
                    message,
                    Failure.of(""),
                    finding.remedies().size());
        }

        static Cause of(Failure failure) {
            return new Cause(TenantResult.FAILED, 1, Severity.ERROR, "", DetailColumn.withoutTenant(failure), 0);
        }

        boolean isPending() {
            return severity == Severity.ERROR && name.equals("pending");
        }

        boolean isError() {
            return severity == Severity.ERROR && !isPending();
        }
    }

    /** A tenant with a cause. */
    private record Case(TenantResult tenant, Finding finding) {}

    /** 0 is the most urgent. */
    private static int urgency(Finding finding) {
        return switch (finding.severity()) {
            case INFO -> 20;
            case WARNING -> 10;
            case ERROR ->
                switch (finding.kind()) {
                    case UNFINISHED -> 0;
                    case UNREADABLE -> 1;
                    case UNFINISHED_DROP -> 2;
                    case FILE_MISSING -> 3;
                    case CHECKSUM_MISMATCH -> 4;
                    case MISSING_TABLE -> 5;
                    case INVALID_INDEX -> 6;
                    case GAP -> 7;
                    case PENDING -> 9;
                    default -> 8;
                };
        };
    }

    /** The counts by cause, and the blocks. Nothing for tenants without findings. */
    public List<String> lines(List<TenantResult> tenants) {
        boolean all = screen.verbose() || tenants.size() <= TextTable.SMALL_FLEET;
        Map<Cause, List<Case>> causes = causes(tenants);
        List<Map.Entry<Cause, List<Case>>> shown = causes.entrySet().stream()
                .filter(cause -> all || cause.getKey().severity() != Severity.INFO)
                .sorted(Comparator.comparingInt(cause -> cause.getKey().rank()))
                .toList();
        List<String> lines = new ArrayList<>(tenants.size() == 1 ? List.of() : head(tenants, causes));
        long deployable = tenants.stream().filter(HealthText::isDeployable).count();
        boolean hidden = false;
        int blocks = 0;
        int more = 0;
        for (Map.Entry<Cause, List<Case>> cause : shown) {
            boolean error = cause.getKey().isError();
            boolean whole = screen.verbose() || (error && cause.getValue().size() <= NAMED && blocks < MAX_BLOCKS);
            hidden |= error && !whole;
            if (screen.verbose() || blocks < MAX_BLOCKS || cause.getKey().isPending()) {
                int named = screen.verbose() ? Integer.MAX_VALUE : error ? NAMED : hidden ? 0 : PENDING_NAMED;
                lines.addAll(block(cause.getKey(), cause.getValue(), named, deployable));
                blocks++;
            } else {
                more++;
            }
        }
        if (more > 0) {
            lines.addAll(screen.wrapped(
                    "... and " + more + " more causes; --verbose shows all, --only KIND those of a kind", ""));
        }
        return lines;
    }

    /** The lines, a table of all tenants of a small fleet or if the screen is verbose, and counts by outcome. */
    public List<String> report(List<TenantResult> tenants) {
        List<String> lines = new ArrayList<>(lines(tenants));
        if (screen.verbose() || tenants.size() <= TextTable.SMALL_FLEET) {
            TextTable table = new TextTable("TENANT", "OUTCOME");
            tenants.forEach(tenant -> table.add(tenant.schema(), tenant.outcome()));
            lines.addAll(table.lines(screen));
        }
        lines.add(TextOutput.counts(tenants, screen));
        return lines;
    }

    private static boolean isDeployable(TenantResult tenant) {
        return tenant.findings().stream()
                .flatMap(finding -> finding.remedies().stream())
                .anyMatch(Remedy.Deploy.class::isInstance);
    }

    private static Map<Cause, List<Case>> causes(List<TenantResult> tenants) {
        Map<Cause, List<Case>> causes = new LinkedHashMap<>();
        for (TenantResult tenant : tenants) {
            tenant.error()
                    .ifPresent(failure ->
                            add(causes, Cause.of(failure), tenant, Finding.of(Kind.UNREADABLE, Severity.ERROR, "")));
            for (Finding finding : joined(tenant.findings())) {
                add(causes, Cause.of(tenant, finding), tenant, finding);
            }
        }
        return causes;
    }

    private static void add(Map<Cause, List<Case>> causes, Cause cause, TenantResult tenant, Finding finding) {
        causes.computeIfAbsent(cause, key -> new ArrayList<>()).add(new Case(tenant, finding));
    }

    /** All pending versions of a tenant as one finding. */
    private static List<Finding> joined(List<Finding> findings) {
        List<Finding> pending = findings.stream()
                .filter(finding -> finding.kind() == Kind.PENDING)
                .toList();
        if (pending.isEmpty()) {
            return findings;
        }
        List<Finding> joined = new ArrayList<>(findings);
        joined.removeAll(pending);
        List<String> versions =
                pending.stream().flatMap(finding -> finding.version().stream()).toList();
        joined.add(Finding.of(Kind.PENDING, Severity.ERROR, TerminalText.some(versions, MAX_VERSIONS))
                .withRemedies(pending.get(0).remedies().toArray(Remedy[]::new)));
        return joined;
    }

    private List<String> head(List<TenantResult> tenants, Map<Cause, List<Case>> causes) {
        long broken = tenants.stream().filter(TenantResult::isBroken).count();
        long pending = tenants.stream()
                .filter(tenant -> tenant.outcome().equals(TenantResult.PENDING))
                .count();
        List<String> parts = new ArrayList<>();
        if (broken > 0) {
            Map<String, Long> counts = new LinkedHashMap<>();
            causes.entrySet().stream()
                    .filter(cause -> cause.getKey().isError())
                    .sorted(Comparator.comparingInt(cause -> cause.getKey().rank()))
                    .forEach(cause -> counts.computeIfAbsent(cause.getKey().name(), name -> tenantsWith(causes, name)));
            parts.add(broken + " broken: "
                    + counts.entrySet().stream()
                            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                            .map(count -> count.getValue() + " " + count.getKey())
                            .collect(Collectors.joining(", ")));
        }
        if (pending > 0) {
            parts.add(pending + " pending");
        }
        return parts.isEmpty()
                ? List.of()
                : screen.wrapped(String.join("; ", parts), "").stream()
                        .map(screen::heading)
                        .toList();
    }

    private static long tenantsWith(Map<Cause, List<Case>> causes, String name) {
        return causes.entrySet().stream()
                .filter(cause ->
                        cause.getKey().isError() && cause.getKey().name().equals(name))
                .flatMap(cause -> cause.getValue().stream())
                .map(found -> found.tenant().schema())
                .distinct()
                .count();
    }

    private List<String> block(Cause cause, List<Case> cases, int named, long deployable) {
        List<String> names =
                cases.stream().map(found -> found.tenant().schema()).distinct().toList();
        List<String> lines = new ArrayList<>(heading(cause, names, named));
        if (cause.name().equals(TenantResult.FAILED)) {
            lines.addAll(ErrorBlock.of(cause.failure(), screen));
            return lines;
        }
        lines.addAll(screen.wrapped(cases.size() == 1 ? cases.get(0).finding().message() : cause.message(), INDENT));
        for (int alternative = 0; alternative < cause.remedies(); alternative++) {
            if (alternative > 0 && names.size() > 1) {
                break;
            }
            for (String command : commands(cases, names, alternative, named, deployable)) {
                lines.add(INDENT + (alternative == 0 ? "" : "or ") + command);
            }
        }
        return lines;
    }

    private List<String> heading(Cause cause, List<String> names, int named) {
        String label = switch (cause.severity()) {
            case ERROR -> "";
            case WARNING -> "warning: ";
            case INFO -> "note: ";
        };
        String start = label + cause.name() + (names.size() > 1 ? ", " + TerminalText.tenants(names.size()) : "");
        String text = named == 0 ? start : start + ": " + TerminalText.some(names, named);
        String colour = cause.isError() ? TenantResult.UNHEALTHY : TenantResult.PENDING;
        List<String> lines = new ArrayList<>(screen.wrapped(text, "", INDENT));
        String first = lines.get(0);
        lines.set(0, first.startsWith(start) ? screen.outcome(start, colour) + first.substring(start.length()) : first);
        return lines;
    }

    private List<String> commands(List<Case> cases, List<String> names, int alternative, int named, long deployable) {
        Remedy remedy = cases.get(0).finding().remedies().get(alternative);
        if (remedy instanceof Remedy.Statement) {
            return cases.stream()
                    .limit(Math.max(named, 1))
                    .flatMap(found ->
                            commands
                                    .of(
                                            found.finding().remedies().get(alternative),
                                            List.of(found.tenant().schema()))
                                    .stream())
                    .toList();
        }
        // A deploy that names its tenants would leave the spares behind.
        boolean whole = allPending && names.size() == deployable && remedy.equals(new Remedy.Deploy(false));
        List<String> all = whole ? List.of(RemedyCommands.DEPLOY_ALL) : commands.of(remedy, names);
        // Tenants that are not named are in the commands all the same, as far as NAMED goes.
        int most = Math.max(named, NAMED);
        return all.size() > most ? all.subList(0, most) : all;
    }
}
