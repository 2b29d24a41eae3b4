package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Failure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The result of a command, for text and JSON output.
 *
 * @param command the command's name
 * @param tenants one entry per tenant
 * @param text text output that replaces the table of tenants
 * @param notes text output on standard error
 * @param more additional fields of the JSON document
 * @param failedSpare a failure in a spare tenant, which is in no tenant's result
 * @param notWritten a failure after the work on the tenants was done: their results could not be written to a file
 * @param error the reason why the command could not run
 */
public record CommandResult(
        String command,
        List<TenantResult> tenants,
        Optional<Function<Screen, List<String>>> text,
        List<String> notes,
        Map<String, Object> more,
        Optional<Failure> failedSpare,
        Optional<Failure> notWritten,
        Optional<Failure> error) {

    public static CommandResult of(String command, List<TenantResult> tenants) {
        return new CommandResult(
                command,
                tenants,
                Optional.empty(),
                List.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    public static CommandResult of(String command, TenantResult tenant) {
        return of(command, List.of(tenant));
    }

    /** Result of a command that could not run. */
    public static CommandResult stopped(String command, Failure error) {
        return new CommandResult(
                command,
                List.of(),
                Optional.empty(),
                List.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(error));
    }

    /** Replaces the table of tenants by lines. */
    public CommandResult withLines(List<String> newLines) {
        return withText(screen -> newLines.stream().map(TerminalText::clean).toList());
    }

    /** Replaces the table of tenants by text that is made for the screen. It must be safe for a terminal. */
    public CommandResult withText(Function<Screen, List<String>> newText) {
        return new CommandResult(command, tenants, Optional.of(newText), notes, more, failedSpare, notWritten, error);
    }

    /** Replaces the table of tenants by text for another program, which is kept as it is unless it goes to a terminal. */
    public CommandResult withRawText(List<String> texts, boolean terminal) {
        return withText(
                screen -> terminal ? texts.stream().map(TerminalText::lines).toList() : texts);
    }

    public CommandResult withNotes(List<String> newNotes) {
        return new CommandResult(command, tenants, text, newNotes, more, failedSpare, notWritten, error);
    }

    /** Adds fields to the JSON document. */
    public CommandResult withMore(Map<String, Object> newMore) {
        Map<String, Object> all = new LinkedHashMap<>(more);
        all.putAll(newMore);
        return new CommandResult(command, tenants, text, notes, all, failedSpare, notWritten, error);
    }

    /** Adds a failure in a spare tenant. */
    public CommandResult withFailedSpare(Failure failure) {
        return new CommandResult(command, tenants, text, notes, more, Optional.of(failure), notWritten, error);
    }

    /** Adds a failure after the work on the tenants was done. */
    public CommandResult withNotWritten(Failure failure) {
        return new CommandResult(command, tenants, text, notes, more, failedSpare, Optional.of(failure), error);
    }

    /** Adds the reason why the command stopped. */
    public CommandResult withError(Failure failure) {
        return new CommandResult(command, tenants, text, notes, more, failedSpare, notWritten, Optional.of(failure));
    }

    /** Number of tenants by outcome. */
    public Map<String, Integer> counts() {
        return TenantResult.counts(tenants);
    }

    /** Number of tenants with a finding of each kind. */
    public Map<String, Integer> findings() {
        Map<String, Integer> counts = new TreeMap<>();
        tenants.forEach(tenant -> tenant.findings().stream()
                .map(finding -> TerminalText.kebab(finding.kind()))
                .distinct()
                .forEach(kind -> counts.merge(kind, 1, Integer::sum)));
        return counts;
    }

    /** 0: success; 1: a tenant, a spare or a file needs attention; 2: the command could not run. */
    public int exitCode() {
        if (error.isPresent()) {
            return 2;
        }
        return failedSpare.isPresent()
                        || notWritten.isPresent()
                        || tenants.stream().anyMatch(TenantResult::needsAttention)
                ? 1
                : 0;
    }
}
