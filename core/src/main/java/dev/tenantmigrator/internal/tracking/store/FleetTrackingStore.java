package dev.tenantmigrator.internal.tracking.store;

import static dev.tenantmigrator.internal.sql.Sql.identifier;
import static dev.tenantmigrator.internal.sql.Sql.literal;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.jdbc.TenantLock;
import dev.tenantmigrator.internal.sql.ReservedSchemas;
import dev.tenantmigrator.internal.sql.Sql;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One table for the whole fleet, in a schema of its own, so that one query reads all records. A row with an empty version marks a
 * schema as a tenant, even one without migrations. Rows of a schema that does not exist are ignored.
 */
public final class FleetTrackingStore extends TrackingTable {

    /** The only instance, because the store has no state. */
    public static final FleetTrackingStore INSTANCE = new FleetTrackingStore();

    /** Holds the table of all records. */
    public static final String SCHEMA = ReservedSchemas.OWN_PREFIX + "fleet";

    /** Limits the memory for the answer of one query. */
    private static final int CHUNK = 1000;

    private static final String TABLE = Sql.qualified(SCHEMA, "schema_migrations");
    private static final RecordedVersion TENANT = new RecordedVersion("", Optional.empty(), true);

    /** The tenants' rows. Names of schemas compare by bytes, as in the catalog. */
    private static final String ROWS =
            " FROM " + TABLE + " f JOIN pg_catalog.pg_namespace n ON n.nspname = f.tenant WHERE ";

    /**
     * Creates schema and table. {@code IF NOT EXISTS} alone races (23505), so a lock makes the first users take turns. Waiting for the
     * lock does not refresh the backend's catalog cache; a query of the catalog refreshes it before the query's functions run. The
     * primary key has the order in which a tenant's rows are read.
     */
    private static final String PREPARE = """
            BEGIN IF pg_catalog.to_regclass(%s) IS NULL THEN
              PERFORM %s;
              BEGIN
                IF (SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = %s) = 0
                   AND pg_catalog.to_regnamespace(%s) IS NULL THEN
                  CREATE SCHEMA %s;
                END IF;
                CREATE TABLE IF NOT EXISTS %s (
                  id BIGINT GENERATED ALWAYS AS IDENTITY,
                  tenant pg_catalog.text COLLATE pg_catalog."C" NOT NULL,
                  version VARCHAR(255) COLLATE pg_catalog."C" NOT NULL,
                  description pg_catalog.text,
                  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
                  checksum VARCHAR(64),
                  PRIMARY KEY (tenant, id),
                  UNIQUE (tenant, version));
              EXCEPTION WHEN insufficient_privilege THEN
                RAISE insufficient_privilege USING MESSAGE = SQLERRM || %s;
              END;
            END IF; END""".formatted(
                    literal(TABLE),
                    TenantLock.waitFor("the fleet's tracking table"),
                    literal(SCHEMA),
                    literal(identifier(SCHEMA)),
                    identifier(SCHEMA),
                    TABLE,
                    literal("; "
                            + SqlErrors.shown("the fleet's tracking table " + TABLE
                                    + " does not exist yet: run prepare with a role"
                                    + " that may create it, then grant this one USAGE on its schema and SELECT, INSERT, UPDATE,"
                                    + " DELETE on it")));

    @Override
    public Optional<String> prepareSql() {
        return Optional.of("DO " + literal(PREPARE));
    }

    @Override
    public Optional<String> tableInSchema() {
        return Optional.empty();
    }

    @Override
    public int chunk() {
        return CHUNK;
    }

    /** Whether the table exists: it is missing before the first tenant. Asked first, because an error would end the caller's transaction. */
    private static boolean isThere(Connection connection) throws SQLException {
        return !RecordAccess.readable(connection, List.of(SCHEMA)).isEmpty();
    }

    @Override
    public List<String> tenants(Connection connection) throws SQLException {
        if (!isThere(connection)) {
            return List.of();
        }
        return Jdbc.query(connection, "SELECT f.tenant" + ROWS + "f.version = ''", row -> row.getString(1));
    }

    @Override
    public boolean isTracked(Connection connection, String schema) throws SQLException {
        if (!isThere(connection)) {
            return false;
        }
        return Jdbc.queryOptional(
                        connection, "SELECT 1" + ROWS + "f.tenant = ? AND f.version = ''", row -> true, schema)
                .isPresent();
    }

    @Override
    public Map<String, List<AppliedMigration>> read(Connection connection, Collection<String> schemas)
            throws SQLException {
        return isThere(connection) ? rows(connection, schemas) : new LinkedHashMap<>();
    }

    @Override
    public Map<String, List<AppliedMigration>> rows(Connection connection, Collection<String> schemas)
            throws SQLException {
        Map<String, List<AppliedMigration>> histories = new LinkedHashMap<>();
        if (schemas.isEmpty()) {
            return histories;
        }
        String query = "SELECT f.tenant, f.version, f.description, f.applied_at, f.checksum" + ROWS
                + "f.tenant = ANY (?) ORDER BY f.tenant, f.id";
        Jdbc.forEach(
                connection,
                query,
                row -> {
                    List<AppliedMigration> history =
                            histories.computeIfAbsent(row.getString(1), schema -> new ArrayList<>());
                    if (!row.getString(2).isEmpty()) {
                        history.add(new AppliedMigration(
                                row.getString(2),
                                Optional.ofNullable(row.getString(3)),
                                Optional.ofNullable(row.getObject(4, LocalDateTime.class)),
                                Optional.ofNullable(row.getString(5))));
                    }
                },
                schemas);
        return histories;
    }

    @Override
    public Map<String, List<RecordedVersion>> histories(Connection connection, Collection<String> schemas)
            throws SQLException {
        if (schemas.isEmpty()) {
            return new LinkedHashMap<>();
        }
        return shared(connection, histories("WHERE f.tenant = ANY (?)"), schemas);
    }

    @Override
    public Optional<Map<String, List<RecordedVersion>>> allHistories(Connection connection) throws SQLException {
        if (!isThere(connection)) {
            return Optional.of(new LinkedHashMap<>());
        }
        return Optional.of(shared(connection, histories("")));
    }

    /**
     * A query for the distinct histories, each with its tenants. Most tenants have equal histories, and each history is sent once. The
     * schemas are joined to the histories and not to the rows, so that the rows keep the order of the primary key: sorting them would
     * take longer than all the rest. An array for each column is faster than an array of arrays.
     *
     * @param rows the source of the rows, in SQL
     */
    private static String histories(String rows) {
        return """
                SELECT h.versions, h.checksums, h.finished, pg_catalog.array_agg(h.tenant)
                  FROM (SELECT f.tenant, pg_catalog.array_agg(f.version ORDER BY f.id) AS versions,
                               pg_catalog.array_agg(f.checksum ORDER BY f.id) AS checksums,
                               pg_catalog.array_agg(f.applied_at IS NOT NULL ORDER BY f.id) AS finished
                          FROM %s f %s GROUP BY f.tenant) h
                  JOIN pg_catalog.pg_namespace n ON n.nspname = h.tenant
                 GROUP BY h.versions, h.checksums, h.finished""".formatted(TABLE, rows);
    }

    private static Map<String, List<RecordedVersion>> shared(Connection connection, String query, Object... args)
            throws SQLException {
        Map<String, List<RecordedVersion>> histories = new LinkedHashMap<>();
        Jdbc.forEachPrepared(
                connection,
                query,
                row -> {
                    String[] versions = (String[]) array(row.getArray(1));
                    String[] checksums = (String[]) array(row.getArray(2));
                    Boolean[] finished = (Boolean[]) array(row.getArray(3));
                    List<RecordedVersion> history = IntStream.range(0, versions.length)
                            .filter(i -> !versions[i].isEmpty())
                            .mapToObj(i ->
                                    new RecordedVersion(versions[i], Optional.ofNullable(checksums[i]), finished[i]))
                            .toList();
                    for (String tenant : (String[]) array(row.getArray(4))) {
                        histories.put(tenant, history);
                    }
                },
                args);
        return histories;
    }

    private static Object array(Array array) throws SQLException {
        return array.getArray();
    }

    /** Removes rows that an earlier schema of this name left behind when it was dropped by hand. */
    @Override
    public String createSql(String schema) {
        return leftOver(schema) + "INSERT INTO " + TABLE + " (tenant, version, description, applied_at) SELECT "
                + literal(schema) + ", " + literal(TENANT.version()) + ", 'a tenant', " + NOW + " FROM left_over";
    }

    @Override
    public String assertRecordedSql(String schema, List<RecordedVersion> expected, String errorMessage) {
        return super.assertRecordedSql(
                schema, Stream.concat(Stream.of(TENANT), expected.stream()).toList(), errorMessage);
    }

    /** Deletes the rows first; the order is certain, because the following part of the statement reads their number. */
    private static String leftOver(String schema) {
        return "WITH gone AS (DELETE FROM " + TABLE + " WHERE tenant = " + literal(schema)
                + " RETURNING 1), left_over AS (SELECT count(*) FROM gone) ";
    }

    @Override
    public Optional<String> renameSql(String schema, String newSchema) {
        return Optional.of(leftOver(newSchema) + "UPDATE " + TABLE + " SET tenant = " + literal(newSchema)
                + " FROM left_over WHERE tenant = " + literal(schema));
    }

    @Override
    public String forgetSql(String schema) {
        return "DELETE FROM " + TABLE + " WHERE tenant = " + literal(schema);
    }

    @Override
    String table(String schema) {
        return TABLE;
    }

    @Override
    String rows(String schema) {
        return TABLE + " WHERE tenant OPERATOR(pg_catalog.=) " + literal(schema) + " AND pg_catalog.to_regnamespace("
                + literal(identifier(schema)) + ") IS NOT NULL";
    }

    @Override
    Map<String, String> key(String schema) {
        return Map.of("tenant", literal(schema));
    }
}
