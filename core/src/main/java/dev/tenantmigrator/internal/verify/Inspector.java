package dev.tenantmigrator.internal.verify;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.internal.Config;
import dev.tenantmigrator.internal.jdbc.Queries;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.source.MigrationCatalog;
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
import java.util.Optional;
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
        return inspect(Reading.all()).report();
    }

    /**
     * The state of one tenant.
     *
     * @throws TenantNotFoundException when there is none of that name
     */
    public StatusReport status(String schema) throws SQLException {
        return inspect((reader, connection) -> {
                    if (!reader.isTenant(connection, schema)) {
                        throw new TenantNotFoundException(TenantSchemas.notFound(schema));
                    }
                    return reader.readOne(connection, schema);
                })
                .report();
    }

    /** The health of tenants. */
    public FleetReport verify(Reading reading) throws SQLException {
        long start = System.nanoTime();
        Look look = inspect(reading);
        List<TenantOutcome> outcomes = look.report().tenants().stream()
                .map(status ->
                        outcome(status, Optional.ofNullable(look.failures().get(status.schema()))))
                .toList();
        return new FleetReport(outcomes, Duration.ofNanos(System.nanoTime() - start));
    }

    private static TenantOutcome outcome(TenantStatus status, Optional<Failure> failure) {
        if (failure.isPresent()) {
            return new TenantOutcome.Failed(status.schema(), List.of(), failure.get());
        }
        return status.healthy()
                ? new TenantOutcome.Healthy(status.schema(), status.findings())
                : new TenantOutcome.Unhealthy(status.schema(), status.findings());
    }

    /** What a look found, and why tenants could not be looked at. */
    private record Look(StatusReport report, Map<String, Failure> failures) {}

    private Look inspect(Reading reading) throws SQLException {
        MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
        try (Session session = Session.open(config.dataSource())) {
            Connection connection = session.connection();
            FleetReader.Fleet fleet = reading.read(new FleetReader(config), connection);
            Map<String, Set<String>> present =
                    presentTables(connection, List.copyOf(fleet.rows().keySet()));
            Map<String, TenantStatus> tenants = new TreeMap<>();
            fleet.rows()
                    .forEach((schema, rows) -> tenants.put(
                            schema,
                            status(TenantState.of(schema, rows, catalog), present.getOrDefault(schema, Set.of()))));
            fleet.failures().forEach((schema, failure) -> tenants.put(schema, unreadable(schema, failure)));
            return new Look(new StatusReport(catalog.versions(), List.copyOf(tenants.values())), fleet.failures());
        }
    }

    private Map<String, Set<String>> presentTables(Connection connection, List<String> schemas) throws SQLException {
        Map<String, Set<String>> present = new TreeMap<>();
        if (!config.requiredTables().isEmpty()) {
            for (int start = 0; start < schemas.size(); start += CHUNK) {
                List<String> chunk = schemas.subList(start, Math.min(start + CHUNK, schemas.size()));
                present.putAll(Queries.presentTables(connection, chunk, config.requiredTables()));
            }
        }
        return present;
    }

    private TenantStatus status(TenantState state, Set<String> tables) {
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
        List<String> pending = state.pending().stream().map(Migration::version).toList();
        return new TenantStatus(state.schema(), state.rows(), pending, present, missing, findings);
    }

    private static TenantStatus unreadable(String schema, Failure failure) {
        Finding finding = Finding.of(Kind.UNREADABLE, Severity.ERROR, failure.message());
        return new TenantStatus(schema, List.of(), List.of(), List.of(), List.of(), List.of(finding));
    }
}
