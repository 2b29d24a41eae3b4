package dev.tenantmigrator.internal.verify;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.internal.cluster.Cluster;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.config.Events;
import dev.tenantmigrator.internal.jdbc.Queries;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.TenantLock;
import dev.tenantmigrator.internal.jfr.FlightRecording;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.spare.Spare;
import dev.tenantmigrator.internal.tracking.FleetReader;
import dev.tenantmigrator.internal.tracking.LostRecords;
import dev.tenantmigrator.internal.tracking.ParallelChunks;
import dev.tenantmigrator.internal.tracking.PartProgress;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.internal.tracking.TenantStates;
import dev.tenantmigrator.internal.tracking.UnfinishedDrops;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.Finding.Severity;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.SpareCounts;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Reads the state of tenants and changes nothing. Status and verification share one code path, so they never disagree. */
public final class Inspector {

    private final Config config;

    /** For any number of calls. */
    public Inspector(Config config) {
        this.config = config;
    }

    /**
     * The state of tenants.
     *
     * @throws TenantNotFoundException when a tenant that was named does not exist
     */
    public StatusReport status(Tenants tenants) throws SQLException {
        MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
        FleetReader reader = new FleetReader(config);
        if (tenants.names().isPresent()) {
            requireTenants(reader, tenants.names().get());
        }
        TenantFacts facts = new TenantFacts(catalog);
        FleetReader.Fleet<AppliedMigration> fleet = reader.rows(tenants, questions(tenants, facts));
        reader.refuseWrongStore(tenants, fleet);
        findTenantsInWork(fleet, row -> !row.finished(), facts);
        Map<String, TenantStatus> statuses = new TreeMap<>();
        TenantStates states = new TenantStates(catalog);
        fleet.rows().forEach((schema, rows) -> {
            List<RecordedVersion> recorded =
                    rows.stream().map(AppliedMigration::recorded).toList();
            statuses.put(schema, status(states.of(schema, recorded), rows, facts, catalog));
        });
        fleet.failures().forEach((schema, failure) -> statuses.put(schema, unreadable(schema, failure, facts)));
        onlyDropped(tenants, fleet, facts).forEach(schema -> statuses.put(schema, halfDropped(schema, facts)));
        return new StatusReport(
                catalog.versions(),
                List.copyOf(statuses.values()),
                spares(facts, catalog),
                LostRecords.among(config, tenants, facts.tables(), fleet));
    }

    private static SpareCounts spares(TenantFacts facts, MigrationCatalog catalog) {
        String digest = TenantState.digestOf(catalog);
        return SpareCounts.of(
                facts.spares().stream().map(spare -> spare.describe(digest)).toList());
    }

    private void requireTenants(FleetReader reader, Set<String> schemas) throws SQLException {
        try (Session session = Session.openToRead(config.dataSource())) {
            List<String> found = new ArrayList<>(reader.existing(session.connection(), schemas));
            found.addAll(UnfinishedDrops.read(session.connection()).values());
            Optional<String> missing = schemas.stream()
                    .filter(schema -> !found.contains(schema))
                    .sorted()
                    .findFirst();
            if (missing.isPresent()) {
                throw new TenantNotFoundException(LostRecords.notFound(config, session.connection(), missing.get()));
            }
        }
    }

    /** The health of tenants. */
    public FleetReport verify(Tenants tenants) throws SQLException {
        FlightRecording.Span<FleetReport> span = FlightRecording.run("verify");
        try {
            return span.done(inspect(tenants));
        } catch (Throwable e) {
            span.failed(e);
            throw e;
        }
    }

    private FleetReport inspect(Tenants tenants) throws SQLException {
        long start = System.nanoTime();
        MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
        FleetReader reader = new FleetReader(config);
        TenantFacts facts = new TenantFacts(catalog);
        FleetReader.Fleet<RecordedVersion> fleet = reader.histories(tenants, questions(tenants, facts));
        reader.refuseWrongStore(tenants, fleet);
        Events.publish(
                config,
                new RunEvent.RunStarted(
                        "verify", fleet.rows().size() + fleet.failures().size(), 0));
        findTenantsInWork(fleet, row -> !row.finished(), facts);
        Map<String, TenantOutcome> outcomes = new TreeMap<>();
        // Computed once for all tenants with equal histories and equal tables, which is most of a fleet.
        Map<List<Object>, TenantStatus> known = new HashMap<>();
        fleet.rows().forEach((schema, rows) -> {
            String ownKey = facts.isOrdinary(schema) ? "" : schema;
            TenantStatus status = known.computeIfAbsent(
                    List.of(rows, facts.tables(schema), ownKey),
                    absent -> status(TenantState.of(schema, rows, catalog), List.of(), facts, catalog));
            outcomes.put(schema, outcome(schema, status));
        });
        fleet.failures()
                .forEach((schema, failure) -> outcomes.put(
                        schema,
                        fleet.isUnreadable(schema)
                                ? outcome(schema, unreadable(schema, failure, facts))
                                : new TenantOutcome.Failed(schema, List.of(), failure)));
        onlyDropped(tenants, fleet, facts)
                .forEach(schema -> outcomes.put(schema, outcome(schema, halfDropped(schema, facts))));
        FleetReport report = new FleetReport(
                List.copyOf(outcomes.values()),
                Duration.ofNanos(System.nanoTime() - start),
                LostRecords.among(config, tenants, facts.tables(), fleet));
        Events.publish(config, new RunEvent.RunFinished("verify", report));
        return report;
    }

    private static TenantOutcome outcome(String schema, TenantStatus status) {
        if (status.healthy()) {
            return new TenantOutcome.Healthy(schema, status.findings());
        }
        return status.onlyPending()
                ? new TenantOutcome.Pending(schema, status.findings())
                : new TenantOutcome.Unhealthy(schema, status.findings());
    }

    /** Queries that run while the tenants are discovered. */
    private ParallelChunks.Question[] questions(Tenants tenants, TenantFacts facts) {
        List<ParallelChunks.Question> questions = new ArrayList<>();
        questions.add(connection -> {
            facts.invalidIndexes().putAll(Queries.invalidIndexes(connection));
            facts.drops().addAll(UnfinishedDrops.read(connection).values());
            facts.spares().addAll(Spare.read(connection));
            facts.nodes().putAll(Cluster.of(config, connection).nodes(connection));
        });
        Set<String> required = config.requiredTables();
        if (!required.isEmpty()) {
            questions.add(connection -> facts.tables()
                    .putAll(
                            tenants.names().isPresent()
                                    ? Queries.presentTables(
                                            connection, tenants.names().get(), required)
                                    : Queries.presentTables(connection, required)));
        }
        return questions.toArray(ParallelChunks.Question[]::new);
    }

    /** Finds the unfinished tenants that another session works on at this moment, because it holds the tenant's lock. */
    private <R> void findTenantsInWork(FleetReader.Fleet<R> fleet, Predicate<R> isUnfinished, TenantFacts facts)
            throws SQLException {
        List<String> unfinished = fleet.rows().entrySet().stream()
                .filter(tenant -> tenant.getValue().stream().anyMatch(isUnfinished))
                .map(Map.Entry::getKey)
                .toList();
        if (!unfinished.isEmpty()) {
            try (Session session = Session.openToRead(config.dataSource())) {
                facts.workedOn().addAll(TenantLock.heldAmong(session.connection(), unfinished));
            }
            new FleetReader(config)
                    .rows(Tenants.named(unfinished))
                    .rows()
                    .forEach((schema, rows) -> facts.progress().put(schema, progress(rows)));
        }
    }

    private static Map<String, PartProgress> progress(List<AppliedMigration> rows) {
        Map<String, PartProgress> progress = new HashMap<>();
        rows.stream()
                .filter(row -> !row.finished())
                .forEach(row -> PartProgress.in(row.description().orElse(""))
                        .ifPresent(part -> progress.put(row.version(), part)));
        return progress;
    }

    private TenantStatus status(
            TenantState state, List<AppliedMigration> applied, TenantFacts facts, MigrationCatalog catalog) {
        Set<String> tables = facts.tables(state.schema());
        boolean workedOn = facts.workedOn().contains(state.schema());
        List<Finding> findings = new ArrayList<>(
                state.withUnfinished(workedOn, facts.progress().getOrDefault(state.schema(), Map.of()), catalog)
                        .findings());
        List<String> present = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String table : config.requiredTables()) {
            if (tables.contains(table)) {
                present.add(table);
            } else {
                missing.add(table);
                StructureFindings.missingTable(table, state, facts.origins()).ifPresent(findings::add);
            }
        }
        facts.invalidIndexes(state.schema())
                .forEach(index -> findings.add(StructureFindings.invalidIndex(state.schema(), index)));
        if (facts.drops().contains(state.schema())) {
            findings.add(StructureFindings.unfinishedDrop(true));
        }
        List<String> pending = state.pending().stream().map(Migration::version).toList();
        return new TenantStatus(
                state.schema(), applied, pending, present, missing, findings, facts.node(state.schema()));
    }

    /** The selected tenants whose drop was begun, without names that other tenants have now. */
    private static List<String> onlyDropped(Tenants tenants, FleetReader.Fleet<?> fleet, TenantFacts facts) {
        return facts.drops().stream()
                .filter(schema -> tenants.includes(schema) && !fleet.rows().containsKey(schema))
                .toList();
    }

    private static TenantStatus halfDropped(String schema, TenantFacts facts) {
        return withOnly(schema, facts, StructureFindings.unfinishedDrop(false));
    }

    private static TenantStatus unreadable(String schema, Failure failure, TenantFacts facts) {
        return withOnly(schema, facts, Finding.of(Kind.UNREADABLE, Severity.ERROR, failure.message()));
    }

    private static TenantStatus withOnly(String schema, TenantFacts facts, Finding finding) {
        return new TenantStatus(
                schema, List.of(), List.of(), List.of(), List.of(), List.of(finding), facts.node(schema));
    }
}
