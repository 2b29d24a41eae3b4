package dev.tenantmigrator.internal.verify;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.config.Events;
import dev.tenantmigrator.internal.jdbc.Queries;
import dev.tenantmigrator.internal.jdbc.Queries.InvalidIndex;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.TenantLock;
import dev.tenantmigrator.internal.recording.Recording;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.tracking.FleetReader;
import dev.tenantmigrator.internal.tracking.ParallelChunks;
import dev.tenantmigrator.internal.tracking.TenantSchemas;
import dev.tenantmigrator.internal.tracking.TenantSelection;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.internal.tracking.TenantStates;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.Finding.Severity;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Looks at tenants without changing anything; status and verification are one look, so they never disagree. */
public final class Inspector {

    private final Config config;

    /** For any number of looks. */
    public Inspector(Config config) {
        this.config = config;
    }

    /** The state of all tenants. */
    public StatusReport status() throws SQLException {
        return status(TenantSelection.all());
    }

    /**
     * The state of one tenant.
     *
     * @throws TenantNotFoundException when there is none of that name
     */
    public StatusReport status(String schema) throws SQLException {
        return status(TenantSelection.one(schema));
    }

    private StatusReport status(TenantSelection reading) throws SQLException {
        MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
        FleetReader reader = new FleetReader(config);
        if (reading.schema().isPresent()) {
            requireTenant(reader, reading.schema().get());
        }
        Beside beside = new Beside();
        FleetReader.Fleet<AppliedMigration> fleet = reader.rows(reading, questions(reading, beside));
        reader.refuseWrongStore(reading, fleet);
        askWhoWorks(fleet, row -> !row.finished(), beside);
        Map<String, TenantStatus> tenants = new TreeMap<>();
        TenantStates states = new TenantStates(catalog);
        fleet.rows().forEach((schema, rows) -> {
            List<RecordedVersion> recorded =
                    rows.stream().map(AppliedMigration::recorded).toList();
            tenants.put(schema, status(states.of(schema, recorded), rows, beside, catalog));
        });
        fleet.failures().forEach((schema, failure) -> tenants.put(schema, unreadable(schema, failure)));
        return new StatusReport(catalog.versions(), List.copyOf(tenants.values()));
    }

    private void requireTenant(FleetReader reader, String schema) throws SQLException {
        try (Session session = Session.openToRead(config.dataSource())) {
            if (!reader.isTenant(session.connection(), schema)) {
                throw new TenantNotFoundException(TenantSchemas.notFound(schema));
            }
        }
    }

    /** The health of tenants. */
    public FleetReport verify(TenantSelection reading) throws SQLException {
        return Recording.run("verify", () -> look(reading));
    }

    private FleetReport look(TenantSelection reading) throws SQLException {
        long start = System.nanoTime();
        MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
        FleetReader reader = new FleetReader(config);
        Beside beside = new Beside();
        FleetReader.Fleet<RecordedVersion> fleet = reader.histories(reading, questions(reading, beside));
        reader.refuseWrongStore(reading, fleet);
        int tenants = fleet.rows().size() + fleet.failures().size();
        Events.publish(config, new RunEvent.RunStarted("verify", tenants, 0));
        askWhoWorks(fleet, row -> !row.finished(), beside);
        Map<String, TenantOutcome> outcomes = new TreeMap<>();
        // Tenants with the same history, the same tables and nothing else are in the same health.
        Map<List<Object>, TenantStatus> known = new HashMap<>();
        fleet.rows().forEach((schema, rows) -> {
            Object difference = beside.isOrdinary(schema) ? "" : schema;
            TenantStatus status = known.computeIfAbsent(
                    List.of(rows, beside.tables(schema), difference),
                    same -> status(TenantState.of(schema, rows, catalog), List.of(), beside, catalog));
            outcomes.put(schema, outcome(schema, status));
        });
        fleet.failures()
                .forEach((schema, failure) ->
                        outcomes.put(schema, new TenantOutcome.Failed(schema, List.of(), failure)));
        FleetReport report =
                new FleetReport(List.copyOf(outcomes.values()), Duration.ofNanos(System.nanoTime() - start));
        Events.publish(config, new RunEvent.RunFinished("verify", report));
        return report;
    }

    private static TenantOutcome outcome(String schema, TenantStatus status) {
        return status.healthy()
                ? new TenantOutcome.Healthy(schema, status.findings())
                : new TenantOutcome.Unhealthy(schema, status.findings());
    }

    /** What there is to know of tenants beside what is recorded; of most, only which required tables they have. */
    private record Beside(
            Map<String, Set<String>> tables, Map<String, List<InvalidIndex>> invalidIndexes, Set<String> workedOn) {

        Beside() {
            this(new ConcurrentHashMap<>(), new ConcurrentHashMap<>(), new HashSet<>());
        }

        Set<String> tables(String schema) {
            return tables.getOrDefault(schema, Set.of());
        }

        List<InvalidIndex> invalidIndexes(String schema) {
            return invalidIndexes.getOrDefault(schema, List.of());
        }

        boolean isOrdinary(String schema) {
            return !invalidIndexes.containsKey(schema) && !workedOn.contains(schema);
        }
    }

    /** What is asked while the tenants are looked for. */
    private ParallelChunks.Question[] questions(TenantSelection reading, Beside beside) {
        List<ParallelChunks.Question> questions = new ArrayList<>();
        questions.add(connection -> beside.invalidIndexes().putAll(Queries.invalidIndexes(connection)));
        Set<String> required = config.requiredTables();
        if (!required.isEmpty()) {
            questions.add(connection -> beside.tables()
                    .putAll(
                            reading.schema().isPresent()
                                    ? Queries.presentTables(
                                            connection, List.of(reading.schema().get()), required)
                                    : Queries.presentTables(connection, required)));
        }
        return questions.toArray(ParallelChunks.Question[]::new);
    }

    /** Of what is unfinished it is asked whether it runs at this moment: who works on a tenant holds its lock. */
    private <R> void askWhoWorks(FleetReader.Fleet<R> fleet, Predicate<R> isUnfinished, Beside beside)
            throws SQLException {
        List<String> unfinished = fleet.rows().entrySet().stream()
                .filter(tenant -> tenant.getValue().stream().anyMatch(isUnfinished))
                .map(Map.Entry::getKey)
                .toList();
        if (!unfinished.isEmpty()) {
            try (Session session = Session.openToRead(config.dataSource())) {
                beside.workedOn().addAll(TenantLock.heldAmong(session.connection(), unfinished));
            }
        }
    }

    private TenantStatus status(
            TenantState state, List<AppliedMigration> applied, Beside beside, MigrationCatalog catalog) {
        Set<String> tables = beside.tables(state.schema());
        boolean workedOn = beside.workedOn().contains(state.schema());
        List<Finding> findings =
                new ArrayList<>(state.toldApart(workedOn, catalog).findings());
        List<String> present = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String table : config.requiredTables()) {
            if (tables.contains(table)) {
                present.add(table);
            } else {
                missing.add(table);
                findings.add(Finding.of(
                        Kind.MISSING_TABLE,
                        Severity.ERROR,
                        "the required table " + table + " is missing; "
                                + (state.pending().isEmpty()
                                        ? "backfill it"
                                        : "deploy what is pending, then backfill")));
            }
        }
        beside.invalidIndexes(state.schema())
                .forEach(index -> findings.add(Finding.of(
                        Kind.INVALID_INDEX,
                        Severity.ERROR,
                        "the index " + index.name() + " of " + index.table()
                                + " is INVALID: it is being built at this moment, or its"
                                + " build was cut off, and then it only slows down writes. REINDEX INDEX CONCURRENTLY "
                                + Sql.qualified(state.schema(), index.name()) + ", or drop it")));
        List<String> pending = state.pending().stream().map(Migration::version).toList();
        return new TenantStatus(state.schema(), applied, pending, present, missing, findings);
    }

    private static TenantStatus unreadable(String schema, Failure failure) {
        Finding finding = Finding.of(Kind.UNREADABLE, Severity.ERROR, failure.message());
        return new TenantStatus(schema, List.of(), List.of(), List.of(), List.of(), List.of(finding));
    }
}
