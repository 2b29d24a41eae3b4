package dev.tenantmigrator.internal.tracking;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.internal.cluster.Cluster;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.LockHolders;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.tracking.store.FleetTrackingStore;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the tenants and reads their tracking rows, in chunks. */
public final class FleetReader {

    /**
     * Tenants to {@linkplain #histories(Connection, List) read again} at a time: enough to skip the work of another instance in few
     * queries, and few enough that the rows are still current when their turn comes.
     */
    public static final int MOST_AGAIN = 50;

    private final Config config;

    /** Reads with a migrator's configuration. */
    public FleetReader(Config config) {
        this.config = config;
    }

    /**
     * The tenants that were read, and those that could not be read.
     *
     * @param rows the rows of each tenant, sorted by tenant
     * @param failures the reason for each unreadable tenant: dropped meanwhile, or not permitted
     * @param <R> the type of a row
     */
    public record Fleet<R>(Map<String, List<R>> rows, Map<String, Failure> failures) {

        /** Whether a tenant is there and PostgreSQL refused to read its record. Otherwise a failed tenant is gone. */
        public boolean isUnreadable(String schema) {
            return Optional.ofNullable(failures.get(schema))
                    .flatMap(Failure::sqlState)
                    .isPresent();
        }
    }

    private interface TenantQuery<R> {
        Map<String, List<R>> read(Connection connection, Collection<String> schemas) throws SQLException;
    }

    private interface FleetQuery<R> {
        Optional<Map<String, List<R>>> read(Connection connection) throws SQLException;
    }

    /** The tenants' schemas, sorted, on a connection without a transaction. */
    public List<String> tenants(Connection connection) throws SQLException {
        return list(connection, config.recorder()::tenants).stream()
                .filter(this::mayBeTenant)
                .sorted()
                .toList();
    }

    /** Whether a schema with a record is a tenant. The only place that leaves out records of other schemas. */
    boolean mayBeTenant(String schema) {
        return TenantSchemas.mayBeTenant(schema, config.sharedSchema())
                && config.tenants().includes(schema);
    }

    /** Whether a schema is a tenant of this migrator, asked on a connection without a transaction. */
    public boolean isTenant(Connection connection, String schema) throws SQLException {
        return list(connection, reader -> isTenantWithin(reader, schema));
    }

    /** Like {@link #isTenant}, in an open transaction. */
    public boolean isTenantWithin(Connection transaction, String schema) throws SQLException {
        return mayBeTenant(schema) && config.recorder().isTracked(transaction, schema);
    }

    /** Catalogs list the records in tenants' schemas; any other record may be in a table that is locked. */
    private <T> T list(Connection connection, Session.Work<T> question) throws SQLException {
        if (config.recorder().recordsInside()) {
            return question.run(connection);
        }
        try {
            return config.recorder().reading(connection, question);
        } catch (SQLException e) {
            if (!LockHolders.isTimeout(e)) {
                throw e;
            }
            Failure failure = LockHolders.explained(
                    Failure.of("the tracking table cannot be read: " + SqlErrors.message(e)),
                    e,
                    connection,
                    FleetTrackingStore.SCHEMA,
                    config.sharedSchema());
            throw new SQLException(failure.message(), SqlErrors.state(e), SqlErrors.withoutDetail(e));
        }
    }

    /**
     * Reads the rows that decisions depend on. A named tenant that does not exist is a failure in the result.
     *
     * @param otherQuestions further questions, asked while the tenants are searched
     */
    public Fleet<RecordedVersion> histories(Tenants tenants, ParallelChunks.Question... otherQuestions)
            throws SQLException {
        return read(tenants, config.recorder()::histories, config.recorder()::allHistories, otherQuestions);
    }

    /**
     * Refuses a fleet without tenants when the other of the library's two stores has some: a run that finds nothing because it reads
     * the wrong store must not look like success.
     */
    public void refuseWrongStore(Tenants tenants, Fleet<?> fleet) throws SQLException {
        List<TrackingStore> own = List.of(TrackingStore.perSchema(), TrackingStore.fleet());
        if (tenants.names().isPresent()
                || !fleet.rows().isEmpty()
                || !fleet.failures().isEmpty()
                || !own.contains(config.recorder().store())) {
            return;
        }
        TrackingStore other = own.get(1 - own.indexOf(config.recorder().store()));
        long elsewhere = ask(other::tenants).stream().filter(this::mayBeTenant).count();
        if (elsewhere > 0) {
            boolean perSchema = other.equals(TrackingStore.perSchema());
            throw new TenantMigratorException(
                    Failure.of("no tenant is recorded in this tracking store, but " + elsewhere
                            + " in the other store; use that store (--tracking " + (perSchema ? "schema" : "fleet")
                            + "); nothing was changed"));
        }
    }

    /** Reads tenants again that were read before, at most {@link #MOST_AGAIN}. */
    public Fleet<RecordedVersion> histories(Connection connection, List<String> schemas) throws SQLException {
        Fleet<RecordedVersion> fleet = new Fleet<>(new TreeMap<>(), new TreeMap<>());
        read(connection, schemas, config.recorder()::histories, fleet);
        return fleet;
    }

    /** Reads all columns of the rows; otherwise like {@link #histories(Tenants, ParallelChunks.Question...)}. */
    public Fleet<AppliedMigration> rows(Tenants tenants, ParallelChunks.Question... otherQuestions)
            throws SQLException {
        return read(tenants, config.recorder()::rows, connection -> Optional.empty(), otherQuestions);
    }

    private <T> T ask(Session.Work<T> question) throws SQLException {
        try (Session session = Session.openToRead(config.dataSource())) {
            return question.run(session.connection());
        }
    }

    private <R> Fleet<R> read(
            Tenants tenants, TenantQuery<R> query, FleetQuery<R> allQuery, ParallelChunks.Question... otherQuestions)
            throws SQLException {
        Fleet<R> fleet = new Fleet<>(new ConcurrentSkipListMap<>(), new ConcurrentSkipListMap<>());
        List<String> schemas = new ArrayList<>();
        Map<String, String> nodes = new HashMap<>();
        ParallelChunks.Question find = connection -> {
            schemas.addAll(find(connection, tenants, allQuery, fleet));
            if (schemas.size() > 1) {
                nodes.putAll(Cluster.of(config, connection).nodes(connection));
            }
        };
        ParallelChunks.ask(
                config,
                Stream.concat(Stream.of(find), Stream.of(otherQuestions)).toList());
        // Most tenants have equal histories; each is kept in memory once.
        Map<List<R>, List<R>> shared = new ConcurrentHashMap<>();
        TenantQuery<R> sharing = (connection, chunk) -> {
            Map<String, List<R>> read = query.read(connection, chunk);
            read.replaceAll((schema, rows) -> shared.computeIfAbsent(List.copyOf(rows), same -> same));
            return read;
        };
        int size = config.recorder().chunk();
        // A node that does not answer leaves the tenants of the others readable.
        Collection<List<String>> groups = schemas.stream()
                .collect(Collectors.groupingBy(schema -> nodes.getOrDefault(schema, "")))
                .values();
        ParallelChunks.read(config, groups, size, (connection, chunk) -> read(connection, chunk, sharing, fleet));
        return fleet;
    }

    /**
     * The schemas that are tenants of this migrator. One schema is looked up by itself; several are compared with the list of
     * all.
     */
    public List<String> existing(Connection connection, Collection<String> schemas) throws SQLException {
        if (schemas.size() == 1) {
            String schema = schemas.iterator().next();
            return isTenant(connection, schema) ? List.of(schema) : List.of();
        }
        return schemas.isEmpty()
                ? List.of()
                : tenants(connection).stream().filter(schemas::contains).toList();
    }

    /** The tenants that are left to read; none when one query has read all. */
    private <R> List<String> find(Connection connection, Tenants tenants, FleetQuery<R> allQuery, Fleet<R> fleet)
            throws SQLException {
        if (tenants.names().isPresent()) {
            Set<String> named = tenants.names().get();
            List<String> found = existing(connection, named);
            for (String schema : named) {
                if (!found.contains(schema)) {
                    fleet.failures().put(schema, LostRecords.notFound(config, connection, schema));
                }
            }
            return found;
        }
        Optional<Map<String, List<R>>> rows = list(connection, allQuery::read);
        if (rows.isEmpty()) {
            return tenants(connection).stream().filter(tenants::includes).toList();
        }
        fleet.rows().putAll(rows.get());
        fleet.rows().keySet().removeIf(schema -> !mayBeTenant(schema) || !tenants.includes(schema));
        return List.of();
    }

    private <R> void read(Connection connection, List<String> chunk, TenantQuery<R> query, Fleet<R> fleet)
            throws SQLException {
        Halving.read(
                connection,
                config,
                chunk,
                (schemas, lockTimeout) -> {
                    Map<String, List<R>> rows = config.recorder()
                            .reading(connection, lockTimeout, transaction -> query.read(transaction, schemas));
                    fleet.rows().putAll(rows);
                    schemas.stream()
                            .filter(schema -> !rows.containsKey(schema))
                            .forEach(schema -> fleet.failures().put(schema, TenantSchemas.gone(schema)));
                },
                (schema, e) -> fleet.failures().put(schema, unreadable(connection, schema, e)));
    }

    private boolean isGone(Connection connection, String schema, SQLException reason) throws SQLException {
        try {
            return !config.recorder().isTracked(connection, schema);
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            reason.addSuppressed(SqlErrors.withoutDetail(e));
            return false;
        }
    }

    private Failure unreadable(Connection connection, String schema, SQLException e) throws SQLException {
        if (isGone(connection, schema, e)) {
            return TenantSchemas.gone(schema);
        }
        Failure failure = SqlErrors.failure(e);
        return LockHolders.explained(
                        failure.withMessage("the tracking table cannot be read: " + failure.message()),
                        e,
                        connection,
                        schema,
                        config.sharedSchema())
                .inTenant(schema);
    }
}
