package dev.tenantmigrator.internal.verify;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.internal.Config;
import dev.tenantmigrator.internal.Events;
import dev.tenantmigrator.internal.jdbc.Queries;
import dev.tenantmigrator.internal.jdbc.Queries.InvalidIndex;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.TenantLock;
import dev.tenantmigrator.internal.recording.Recording;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.tracking.FleetReader;
import dev.tenantmigrator.internal.tracking.Reading;
import dev.tenantmigrator.internal.tracking.TenantSchemas;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.Finding.Severity;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantStatus;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Looks at tenants without changing anything; status and verification are one look, so they never disagree. */
public final class Inspector {

    private static final int CHUNK = 500;

    private final Config config;

    /** For any number of looks. */
    public Inspector(Config config) {
        this.config = config;
    }

    /** The state of all tenants. */
    public StatusReport status() throws SQLException {
        return status(Reading.all());
    }

    /**
     * The state of one tenant.
     *
     * @throws TenantNotFoundException when there is none of that name
     */
    public StatusReport status(String schema) throws SQLException {
        return status(Reading.one(schema));
    }

    private StatusReport status(Reading reading) throws SQLException {
        MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
        try (Session session = Session.open(config.dataSource())) {
            Connection connection = session.connection();
            FleetReader reader = new FleetReader(config);
            if (reading.schema().isPresent()
                    && !reader.isTenant(connection, reading.schema().get())) {
                throw new TenantNotFoundException(
                        TenantSchemas.notFound(reading.schema().get()));
            }
            FleetReader.Fleet<AppliedMigration> fleet = reader.rows(connection, reading);
            Map<String, Set<String>> present = presentTables(connection, fleet);
            Map<String, List<InvalidIndex>> invalid = Queries.invalidIndexes(connection);
            List<TenantState> states = new ArrayList<>();
            fleet.rows()
                    .forEach((schema, rows) -> states.add(TenantState.of(
                            schema,
                            rows.stream().map(AppliedMigration::recorded).toList(),
                            catalog)));
            Map<String, TenantStatus> tenants = new TreeMap<>();
            for (TenantState state : toldApart(connection, states, catalog)) {
                String schema = state.schema();
                List<AppliedMigration> rows = fleet.rows().getOrDefault(schema, List.of());
                tenants.put(
                        schema,
                        status(
                                state,
                                rows,
                                present.getOrDefault(schema, Set.of()),
                                invalid.getOrDefault(schema, List.of())));
            }
            fleet.failures().forEach((schema, failure) -> tenants.put(schema, unreadable(schema, failure)));
            return new StatusReport(catalog.versions(), List.copyOf(tenants.values()));
        }
    }

    /** The health of tenants. */
    public FleetReport verify(Reading reading) throws SQLException {
        return Recording.run("verify", () -> look(reading));
    }

    private FleetReport look(Reading reading) throws SQLException {
        long start = System.nanoTime();
        MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
        Map<String, TenantOutcome> outcomes = new TreeMap<>();
        try (Session session = Session.open(config.dataSource())) {
            Connection connection = session.connection();
            FleetReader.Fleet<RecordedVersion> fleet = new FleetReader(config).histories(connection, reading);
            int tenants = fleet.rows().size() + fleet.failures().size();
            Events.publish(config, new RunEvent.RunStarted("verify", tenants, 0));
            Map<String, Set<String>> present = presentTables(connection, fleet);
            Map<String, List<InvalidIndex>> invalid = Queries.invalidIndexes(connection);
            List<TenantState> states = new ArrayList<>();
            fleet.rows().forEach((schema, rows) -> states.add(TenantState.of(schema, rows, catalog)));
            for (TenantState state : toldApart(connection, states, catalog)) {
                Set<String> tables = present.getOrDefault(state.schema(), Set.of());
                List<InvalidIndex> indexes = invalid.getOrDefault(state.schema(), List.of());
                outcomes.put(state.schema(), outcome(status(state, List.of(), tables, indexes)));
            }
            fleet.failures()
                    .forEach((schema, failure) ->
                            outcomes.put(schema, new TenantOutcome.Failed(schema, List.of(), failure)));
        }
        FleetReport report =
                new FleetReport(List.copyOf(outcomes.values()), Duration.ofNanos(System.nanoTime() - start));
        Events.publish(config, new RunEvent.RunFinished("verify", report));
        return report;
    }

    private static TenantOutcome outcome(TenantStatus status) {
        return status.healthy()
                ? new TenantOutcome.Healthy(status.schema(), status.findings())
                : new TenantOutcome.Unhealthy(status.schema(), status.findings());
    }

    /** Says of what is unfinished whether it runs at this moment: who works on a tenant holds its lock. */
    private static List<TenantState> toldApart(
            Connection connection, List<TenantState> states, MigrationCatalog catalog) throws SQLException {
        List<String> unfinished = states.stream()
                .filter(state -> state.findings().stream().anyMatch(finding -> finding.kind() == Kind.UNFINISHED))
                .map(TenantState::schema)
                .toList();
        if (unfinished.isEmpty()) {
            return states;
        }
        Set<String> workedOn = TenantLock.heldAmong(connection, unfinished);
        return states.stream()
                .map(state -> state.toldApart(workedOn.contains(state.schema()), catalog))
                .toList();
    }

    private Map<String, Set<String>> presentTables(Connection connection, FleetReader.Fleet<?> fleet)
            throws SQLException {
        Map<String, Set<String>> present = new TreeMap<>();
        List<String> schemas = List.copyOf(fleet.rows().keySet());
        if (!config.requiredTables().isEmpty()) {
            for (int start = 0; start < schemas.size(); start += CHUNK) {
                List<String> chunk = schemas.subList(start, Math.min(start + CHUNK, schemas.size()));
                present.putAll(Queries.presentTables(connection, chunk, config.requiredTables()));
            }
        }
        return present;
    }

    private TenantStatus status(
            TenantState state, List<AppliedMigration> applied, Set<String> tables, List<InvalidIndex> invalid) {
        List<Finding> findings = new ArrayList<>(state.findings());
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
        invalid.forEach(index -> findings.add(Finding.of(
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
