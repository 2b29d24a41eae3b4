package dev.tenantmigrator.spring.actuate;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.SpareCounts;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantStatus;
import dev.tenantmigrator.spring.actuate.FleetView.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * The actuator's endpoint {@code tenants}: all tenants by state and version, one page of their names, the last run of this instance, and
 * the spare tenants. {@code tenants/SCHEMA} is one of them in full. The answer's size does not grow with the fleet. Thread-safe.
 */
@Endpoint(id = "tenants")
public final class TenantsEndpoint {

    private static final Duration PATIENCE = Duration.ofMillis(100);
    private static final int PAGE = 50;
    private static final int LARGEST_PAGE = 100;
    private static final int GROUPS = 20;
    private static final int NAMES = 5;
    private static final int FAILURES = 5;
    private static final int LONGEST_FAILURE = 500;

    private final TenantMigrator migrator;
    private final FleetView fleet;
    private final LastRun lastRun;

    TenantsEndpoint(TenantMigrator migrator, FleetView fleet, LastRun lastRun) {
        this.migrator = migrator;
        this.fleet = fleet;
        this.lastRun = lastRun;
    }

    /**
     * The fleet.
     *
     * @param asOf the time of the reading; earlier than the request where reading the fleet takes long
     * @param tenants the number of tenants
     * @param newestVersion the newest version of the source; empty when it has none
     * @param groups the tenants by state and version, those that need attention first
     * @param otherGroups the number of further groups
     * @param page some of the tenants
     * @param lastRun the last run of this instance, if there was one
     * @param spares the stock of spare tenants
     */
    public record Fleet(
            Instant asOf,
            int tenants,
            String newestVersion,
            List<Group> groups,
            int otherGroups,
            Page page,
            @Nullable Run lastRun,
            Spares spares) {}

    /**
     * Tenants in the same state.
     *
     * @param state {@code UP_TO_DATE}, {@code AHEAD}, {@code BEHIND} or {@code UNHEALTHY}
     * @param version the version that was recorded last
     * @param pending the number of pending migrations
     * @param tenants the number of tenants
     * @param first the names of the first of them
     */
    public record Group(String state, String version, int pending, int tenants, List<String> first) {}

    /**
     * Some of the tenants, in the order of their names.
     *
     * @param number the number of the page, from 0
     * @param size the number of tenants on a page
     * @param pages the number of pages
     * @param tenants the tenants
     */
    public record Page(int number, int size, int pages, List<Tenant> tenants) {}

    /**
     * A tenant.
     *
     * @param schema its schema
     * @param state as that of a group
     * @param version the version that was recorded last
     * @param pending the number of pending migrations
     */
    public record Tenant(String schema, String state, String version, int pending) {}

    /**
     * A run over tenants.
     *
     * @param run e.g. {@code deploy}
     * @param end its end
     * @param duration its duration
     * @param counts the tenants by outcome
     * @param failures the first failures
     */
    public record Run(
            String run,
            Instant end,
            Duration duration,
            Map<TenantOutcome.Kind, Integer> counts,
            List<String> failures) {}

    /**
     * The stock of spare tenants.
     *
     * @param ready spares that can be taken
     * @param behind spares that wait for a deploy
     * @param unfit spares of which no tenant is made
     * @param refillFailure the reason why the stock could not be refilled, if it could not
     */
    public record Spares(
            int ready, int behind, int unfit, @Nullable String refillFailure) {

        static Spares of(SpareCounts counts) {
            return new Spares(
                    counts.ready(),
                    counts.behind(),
                    counts.unfit(),
                    counts.refillFailure().map(Object::toString).orElse(null));
        }
    }

    /**
     * A tenant in full.
     *
     * @param schema its schema
     * @param state as that of a group
     * @param applied its recorded versions, with their times
     * @param pending the pending versions
     * @param missingTables required tables that do not exist
     * @param findings what needs attention, or is unusual
     */
    public record Details(
            String schema,
            String state,
            Map<String, String> applied,
            List<String> pending,
            List<String> missingTables,
            List<String> findings) {}

    /**
     * The fleet.
     *
     * @param page the number of the page of tenants, from 0; the first one by default
     * @param size the number of tenants on a page, at most 100; 50 by default
     * @param state only tenants in this state on the pages, e.g. {@code BEHIND}
     * @return the fleet
     */
    @ReadOperation
    public Fleet tenants(@Nullable Integer page, @Nullable Integer size, @Nullable TenantState state) {
        Snapshot snapshot = fleet.read(PATIENCE);
        List<TenantStatus> all = snapshot.report().tenants();
        List<Group> groups = groups(all);
        List<String> versions = snapshot.report().versions();
        return new Fleet(
                snapshot.asOf(),
                all.size(),
                versions.isEmpty() ? "" : versions.get(versions.size() - 1),
                groups.subList(0, Math.min(groups.size(), GROUPS)),
                Math.max(0, groups.size() - GROUPS),
                page(all, page == null ? 0 : page, size == null ? PAGE : size, state),
                lastRun.finished().map(TenantsEndpoint::run).orElse(null),
                Spares.of(snapshot.report().spares()));
    }

    /**
     * One tenant.
     *
     * @param schema the tenant
     * @return the tenant; null when there is none, which is answered with 404
     */
    @ReadOperation
    public @Nullable Details tenant(@Selector String schema) {
        try {
            TenantStatus tenant =
                    migrator.status(Tenants.named(schema)).tenants().get(0);
            Map<String, String> applied = new LinkedHashMap<>();
            for (AppliedMigration migration : tenant.applied()) {
                applied.put(
                        migration.version(),
                        migration.appliedAt().map(Object::toString).orElse("unfinished"));
            }
            return new Details(
                    schema,
                    TenantState.of(tenant).name(),
                    applied,
                    tenant.pending(),
                    tenant.missingTables(),
                    tenant.findings().stream().map(Finding::message).toList());
        } catch (TenantNotFoundException e) {
            return null;
        }
    }

    private static List<Group> groups(List<TenantStatus> tenants) {
        Map<Group, List<String>> groups = new LinkedHashMap<>();
        for (TenantStatus tenant : tenants) {
            Group key = new Group(
                    TenantState.of(tenant).name(),
                    TenantState.version(tenant),
                    tenant.pending().size(),
                    0,
                    List.of());
            groups.computeIfAbsent(key, group -> new ArrayList<>()).add(tenant.schema());
        }
        return groups.entrySet().stream()
                .map(group -> new Group(
                        group.getKey().state(),
                        group.getKey().version(),
                        group.getKey().pending(),
                        group.getValue().size(),
                        List.copyOf(group.getValue()
                                .subList(0, Math.min(NAMES, group.getValue().size())))))
                .sorted(Comparator.comparing((Group group) -> TenantState.valueOf(group.state()))
                        .reversed()
                        .thenComparing(Comparator.comparingInt(Group::tenants).reversed()))
                .toList();
    }

    private static Page page(List<TenantStatus> all, int number, int size, @Nullable TenantState state) {
        int length = Math.max(1, Math.min(size, LARGEST_PAGE));
        List<TenantStatus> selected = state == null
                ? all
                : all.stream().filter(tenant -> TenantState.of(tenant) == state).toList();
        List<Tenant> tenants = selected.stream()
                .skip((long) Math.max(0, number) * length)
                .limit(length)
                .map(tenant -> new Tenant(
                        tenant.schema(),
                        TenantState.of(tenant).name(),
                        TenantState.version(tenant),
                        tenant.pending().size()))
                .toList();
        return new Page(Math.max(0, number), length, (selected.size() + length - 1) / length, tenants);
    }

    private static Run run(LastRun.Finished last) {
        return new Run(
                last.run(),
                last.end(),
                last.report().duration(),
                last.report().counts(),
                last.report().failed().stream()
                        .limit(FAILURES)
                        .map(failed -> cut(failed.failure().toString()))
                        .toList());
    }

    private static String cut(String message) {
        return message.length() <= LONGEST_FAILURE ? message : message.substring(0, LONGEST_FAILURE) + "…";
    }
}
