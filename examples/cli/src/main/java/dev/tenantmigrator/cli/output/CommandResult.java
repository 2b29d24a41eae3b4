package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Failure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The result of a command, for text and JSON output.
 *
 * @param command the command's name
 * @param tenants one entry per tenant
 * @param lines text output that replaces the table of tenants
 * @param notes text output on standard error
 * @param more additional fields of the JSON document
 * @param error the reason why the command could not run
 */
public record CommandResult(
        String command,
        List<TenantResult> tenants,
        Optional<List<String>> lines,
        List<String> notes,
        Map<String, Object> more,
        Optional<Failure> error) {

    public static CommandResult of(String command, List<TenantResult> tenants) {
        return new CommandResult(command, tenants, Optional.empty(), List.of(), Map.of(), Optional.empty());
    }

    public static CommandResult of(String command, TenantResult tenant) {
        return of(command, List.of(tenant));
    }

    /** Result of a command that could not run. */
    public static CommandResult stopped(String command, Failure error) {
        return new CommandResult(command, List.of(), Optional.empty(), List.of(), Map.of(), Optional.of(error));
    }

    public CommandResult withLines(List<String> newLines) {
        return new CommandResult(command, tenants, Optional.of(newLines), notes, more, error);
    }

    public CommandResult withNotes(List<String> newNotes) {
        return new CommandResult(command, tenants, lines, newNotes, more, error);
    }

    /** Adds fields to the JSON document. */
    public CommandResult withMore(Map<String, Object> newMore) {
        Map<String, Object> all = new LinkedHashMap<>(more);
        all.putAll(newMore);
        return new CommandResult(command, tenants, lines, notes, all, error);
    }

    /** Number of tenants by outcome. */
    public Map<String, Integer> counts() {
        Map<String, Integer> counts = new TreeMap<>();
        tenants.stream()
                .map(TenantResult::outcome)
                .filter(outcome -> !outcome.isEmpty())
                .forEach(outcome -> counts.merge(outcome, 1, Integer::sum));
        return counts;
    }

    /** 0: success; 1: a tenant needs attention; 2: the command could not run. */
    public int exitCode() {
        if (error.isPresent()) {
            return 2;
        }
        return tenants.stream().anyMatch(TenantResult::needsAttention) ? 1 : 0;
    }
}
