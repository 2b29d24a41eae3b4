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
import java.util.stream.Stream;

/** The causes for which tenants need attention, each with its tenants. A migration that is broken is one cause in many tenants. */
public final class HealthCauses {

    private static final int MAX_VERSIONS = 5;

    /** Differences named of a tenant; the command drift shows all. */
    private static final int MAX_DIFFERENCES = 5;

    private static final String SCHEMA = "SCHEMA";

    private HealthCauses() {}

    /**
     * A cause that tenants have in common.
     *
     * @param name the kind of finding, or {@code failed}
     * @param rank 0 is the most urgent
     * @param severity its severity
     * @param message the observation, with {@code SCHEMA} for each tenant's name; empty for a failure
     * @param failure the failure without its tenant; empty for a finding
     * @param hints possible causes of differences
     * @param remedies the number of alternatives; of differences, of hints
     */
    public record Cause(
            String name,
            int rank,
            Severity severity,
            String message,
            Failure failure,
            List<String> hints,
            int remedies) {

        static Cause of(TenantResult tenant, Finding finding) {
            String message = finding.message().replace(tenant.schema(), SCHEMA);
            return new Cause(
                    TerminalText.kebab(finding.kind()),
                    urgency(finding),
                    finding.severity(),
                    message,
                    Failure.of(""),
                    isDifference(finding)
                            ? hintsIn(tenant.findings()).map(Finding::message).toList()
                            : List.of(),
                    finding.remedies().size());
        }

        static Cause of(Failure failure) {
            return new Cause(
                    TenantResult.FAILED, 1, Severity.ERROR, "", DetailColumn.withoutTenant(failure), List.of(), 0);
        }

        /** Whether it is a failure, not a finding. */
        public boolean isFailure() {
            return name.equals(TenantResult.FAILED);
        }

        boolean isPending() {
            return severity == Severity.ERROR && name.equals("pending");
        }

        boolean isDrift() {
            return severity == Severity.ERROR && name.equals(TerminalText.kebab(Kind.DRIFT));
        }

        /** Whether {@code --only} takes its name. */
        boolean selects() {
            return !isFailure() && !isStructure();
        }

        /** Whether the comparison of structures found it. */
        boolean isStructure() {
            return name.equals(TerminalText.kebab(Kind.DRIFT))
                    || name.equals(TerminalText.kebab(Kind.STRUCTURE_UNKNOWN));
        }

        boolean isError() {
            return severity == Severity.ERROR && !isPending();
        }
    }

    /**
     * A tenant with a cause.
     *
     * @param tenant the tenant
     * @param finding the finding; of a failure, an empty one
     */
    public record Case(TenantResult tenant, Finding finding) {}

    /** 0 is the most urgent. */
    private static int urgency(Finding finding) {
        return switch (finding.severity()) {
            case INFO -> 20;
            case WARNING -> 10;
            case ERROR ->
                switch (finding.kind()) {
                    case UNFINISHED -> 0;
                    case UNREADABLE, STRUCTURE_UNKNOWN -> 1;
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

    /** The causes, the most urgent first. */
    public static Map<Cause, List<Case>> of(List<TenantResult> tenants) {
        Map<Cause, List<Case>> causes = new LinkedHashMap<>();
        for (TenantResult tenant : tenants) {
            tenant.error()
                    .ifPresent(failure ->
                            add(causes, Cause.of(failure), tenant, Finding.of(Kind.UNREADABLE, Severity.ERROR, "")));
            for (Finding finding : joined(tenant.findings())) {
                add(causes, Cause.of(tenant, finding), tenant, finding);
            }
        }
        Map<Cause, List<Case>> sorted = new LinkedHashMap<>();
        causes.keySet().stream()
                .sorted(Comparator.comparingInt(Cause::rank))
                .forEach(cause -> sorted.put(cause, causes.getOrDefault(cause, List.of())));
        return sorted;
    }

    private static void add(Map<Cause, List<Case>> causes, Cause cause, TenantResult tenant, Finding finding) {
        causes.computeIfAbsent(cause, key -> new ArrayList<>()).add(new Case(tenant, finding));
    }

    /** All pending versions of a tenant as one finding, and all its differences of structure. */
    private static List<Finding> joined(List<Finding> findings) {
        List<Finding> joined = new ArrayList<>(findings);
        List<Finding> pending = findings.stream()
                .filter(finding -> finding.kind() == Kind.PENDING)
                .toList();
        if (!pending.isEmpty()) {
            joined.removeAll(pending);
            List<String> versions = pending.stream()
                    .flatMap(finding -> finding.version().stream())
                    .toList();
            joined.add(Finding.of(Kind.PENDING, Severity.ERROR, TerminalText.some(versions, MAX_VERSIONS))
                    .withRemedies(pending.get(0).remedies().toArray(Remedy[]::new)));
        }
        List<Finding> drift =
                findings.stream().filter(HealthCauses::isDifference).toList();
        List<Finding> hints = hintsIn(findings).toList();
        if (drift.size() > 1 || (!drift.isEmpty() && !hints.isEmpty())) {
            joined.removeAll(drift);
            joined.removeAll(hints);
            List<String> messages = drift.stream().map(Finding::message).toList();
            joined.add(Finding.of(
                            Kind.DRIFT,
                            Severity.ERROR,
                            String.join("; ", messages.subList(0, Math.min(messages.size(), MAX_DIFFERENCES)))
                                    + (messages.size() > MAX_DIFFERENCES
                                            ? "; and " + (messages.size() - MAX_DIFFERENCES) + " more differences"
                                            : ""))
                    .withRemedies(hints.stream()
                            .flatMap(hint -> hint.remedies().stream())
                            .toArray(Remedy[]::new)));
        }
        return joined;
    }

    private static boolean isDifference(Finding finding) {
        return finding.kind() == Kind.DRIFT && finding.severity() == Severity.ERROR;
    }

    private static Stream<Finding> hintsIn(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.kind() == Kind.DRIFT && finding.severity() == Severity.WARNING);
    }
}
