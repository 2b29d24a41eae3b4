package dev.tenantmigrator.internal.tracking;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/** Finds the tenants and reads what is recorded for them, in chunks. */
public final class FleetReader {

    /** The most tenants to read {@linkplain #histories(Connection, List) again} at a time. */
    public static final int MOST_AGAIN = 50;

    private final Config config;

    /**
     * @param config of the migrator
     */
    public FleetReader(Config config) {
        this.config = config;
    }

    /**
     * What could be read, and what could not.
     *
     * @param rows by tenant, sorted
     * @param failures by tenant: dropped meanwhile, or not permitted
     * @param <R> what is read of a row
     */
    public record Fleet<R>(Map<String, List<R>> rows, Map<String, Failure> failures) {}

    private interface Way<R> {
        Map<String, List<R>> read(Connection connection, Collection<String> schemas) throws SQLException;
    }

    private interface WayForAll<R> {
        Optional<Map<String, List<R>>> read(Connection connection) throws SQLException;
    }

    /** The tenants' schemas, sorted. */
    public List<String> tenants(Connection connection) throws SQLException {
        return config.recorder().tenants(connection).stream()
                .filter(this::mayBeTenant)
                .sorted()
                .toList();
    }

    /** Whether a schema is a tenant if it has a record. The only place that leaves out records of other schemas. */
    private boolean mayBeTenant(String schema) {
        return TenantSchemas.mayBeTenant(schema, config.sharedSchema())
                && config.tenants().includes(schema);
    }

    /** Whether a schema is a tenant of this migrator. */
    public boolean isTenant(Connection connection, String schema) throws SQLException {
        return mayBeTenant(schema) && config.recorder().isTracked(connection, schema);
    }

    /**
     * Reads what decisions depend on; one tenant that is not there is a failure.
     *
     * @param beside what else is asked while the tenants are looked for
     */
    public Fleet<RecordedVersion> histories(Tenants tenants, ParallelChunks.Question... beside) throws SQLException {
        return read(tenants, config.recorder()::histories, config.recorder()::allHistories, beside);
    }

    /**
     * Refuses a fleet without tenants when the other of the library's own stores has some: a run that finds nothing to do
     * because it looks in the wrong place must not look like success.
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

    /** Reads again what decisions depend on, of tenants that were read before: {@link #MOST_AGAIN} at most. */
    public Fleet<RecordedVersion> histories(Connection connection, List<String> schemas) throws SQLException {
        Fleet<RecordedVersion> fleet = new Fleet<>(new TreeMap<>(), new TreeMap<>());
        read(connection, schemas, config.recorder()::histories, fleet);
        return fleet;
    }

    /** Reads all that is recorded; the same otherwise. */
    public Fleet<AppliedMigration> rows(Tenants tenants, ParallelChunks.Question... beside) throws SQLException {
        return read(tenants, config.recorder()::rows, connection -> Optional.empty(), beside);
    }

    private <T> T ask(Session.Work<T> question) throws SQLException {
        try (Session session = Session.openToRead(config.dataSource())) {
            return question.run(session.connection());
        }
    }

    private <R> Fleet<R> read(Tenants tenants, Way<R> way, WayForAll<R> all, ParallelChunks.Question... beside)
            throws SQLException {
        Fleet<R> fleet = new Fleet<>(new ConcurrentSkipListMap<>(), new ConcurrentSkipListMap<>());
        List<String> schemas = new ArrayList<>();
        ParallelChunks.Question find = connection -> schemas.addAll(find(connection, tenants, all, fleet));
        ParallelChunks.ask(
                config, Stream.concat(Stream.of(find), Stream.of(beside)).toList());
        // Most tenants have the same history: it is kept once.
        Map<List<R>, List<R>> shared = new ConcurrentHashMap<>();
        Way<R> sharing = (connection, chunk) -> {
            Map<String, List<R>> read = way.read(connection, chunk);
            read.replaceAll((schema, rows) -> shared.computeIfAbsent(List.copyOf(rows), same -> same));
            return read;
        };
        int size = config.recorder().chunk();
        ParallelChunks.read(config, schemas, size, (connection, chunk) -> read(connection, chunk, sharing, fleet));
        return fleet;
    }

    /** Those of some schemas that are tenants of this migrator. One is asked about by itself, several by one list of all. */
    public List<String> existing(Connection connection, Collection<String> schemas) throws SQLException {
        if (schemas.size() == 1) {
            String schema = schemas.iterator().next();
            return isTenant(connection, schema) ? List.of(schema) : List.of();
        }
        return schemas.isEmpty()
                ? List.of()
                : tenants(connection).stream().filter(schemas::contains).toList();
    }

    /** The tenants that are to be read, unless all were read at once. */
    private <R> List<String> find(Connection connection, Tenants tenants, WayForAll<R> all, Fleet<R> fleet)
            throws SQLException {
        if (tenants.names().isPresent()) {
            Set<String> named = tenants.names().get();
            List<String> found = existing(connection, named);
            named.stream()
                    .filter(schema -> !found.contains(schema))
                    .forEach(schema -> fleet.failures().put(schema, TenantSchemas.notFound(schema)));
            return found;
        }
        Optional<Map<String, List<R>>> rows = all.read(connection);
        if (rows.isEmpty()) {
            return tenants(connection).stream().filter(tenants::includes).toList();
        }
        fleet.rows().putAll(rows.get());
        fleet.rows().keySet().removeIf(schema -> !mayBeTenant(schema) || !tenants.includes(schema));
        return List.of();
    }

    /**
     * One tenant that cannot be read must not hide the others of its chunk. Which it was an error does not say in every
     * language, so the halves are read by themselves: what is left of 50 takes about ten statements.
     */
    private <R> void read(Connection connection, List<String> chunk, Way<R> way, Fleet<R> fleet) throws SQLException {
        try {
            Map<String, List<R>> rows = way.read(connection, chunk);
            fleet.rows().putAll(rows);
            chunk.stream()
                    .filter(schema -> !rows.containsKey(schema))
                    .forEach(schema -> fleet.failures().put(schema, gone(schema)));
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            int half = chunk.size() / 2;
            if (half == 0) {
                fleet.failures().put(chunk.get(0), unreadable(connection, chunk.get(0), e));
                return;
            }
            read(connection, chunk.subList(0, half), way, fleet);
            read(connection, chunk.subList(half, chunk.size()), way, fleet);
        }
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

    private static Failure gone(String schema) {
        return Failure.of("the tenant was dropped or renamed while the tenants were read; nothing was changed in it")
                .inTenant(schema);
    }

    private Failure unreadable(Connection connection, String schema, SQLException e) throws SQLException {
        if (isGone(connection, schema, e)) {
            return gone(schema);
        }
        Failure failure = SqlErrors.failure(e);
        return failure.withMessage("the tracking table cannot be read: " + failure.message())
                .inTenant(schema);
    }
}
