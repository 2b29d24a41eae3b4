package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The text of a script that ran in many tenants: rows first, then the tenants in which it did not run. */
public final class RunText {

    private static final String READ_ONLY = "25006";

    private RunText() {}

    public static List<String> of(CommandResult result, QueryRows rows, Screen screen) {
        List<String> lines = new ArrayList<>(rows.tables(screen));
        List<TenantResult> others =
                result.tenants().stream().filter(TenantResult::needsAttention).toList();
        if (others.isEmpty()) {
            lines.add(TextOutput.counts(result.tenants(), screen));
            return lines;
        }
        lines.addAll(FailureGroups.lines(others, result.command(), screen));
        lines.add(TextOutput.counts(result.tenants(), screen));
        RunHints.of(result).forEach(hint -> lines.addAll(screen.wrapped(hint, "")));
        writes(result).forEach(hint -> lines.addAll(screen.wrapped(hint, "")));
        return lines;
    }

    /** Lines for standard error, beside rows that another program reads. */
    public static List<String> notes(CommandResult result) {
        return Stream.of(
                        result.tenants().stream()
                                .filter(TenantResult::needsAttention)
                                .map(tenant -> tenant.schema() + ": " + reason(tenant)),
                        RunHints.of(result).stream(),
                        writes(result))
                .flatMap(notes -> notes)
                .toList();
    }

    private static String reason(TenantResult tenant) {
        return tenant.error()
                .map(Failure::toString)
                .orElseGet(() -> tenant.outcome() + ": " + tenant.more().getOrDefault("reason", ""));
    }

    private static Stream<String> writes(CommandResult result) {
        return result.tenants().stream()
                .flatMap(tenant -> tenant.error().stream())
                .filter(error -> error.sqlState().filter(READ_ONLY::equals).isPresent())
                .limit(1)
                .map(error -> "A run is read-only unless --write is given.");
    }
}
