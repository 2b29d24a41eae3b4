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
 * One table for the whole fleet, in a schema of its own, so that one query reads it all. A row with an empty version says that
 * a schema is a tenant, also one without migrations; rows of a schema that is gone say nothing.
 */
public final class FleetTrackingStore extends TrackingTable {

    /** The store: it holds nothing. */
    public static final FleetTrackingStore INSTANCE = new FleetTrackingStore();

    private static final String SCHEMA = ReservedSchemas.OWN_PREFIX + "fleet";

    /** Bounds the part of an answer that is held at a time. */
    private static final int CHUNK = 1000;

    private static final String TABLE = Sql.qualified(SCHEMA, "schema_migrations");
    private static final RecordedVersion TENANT = new RecordedVersion("", Optional.empty(), true);

    /** The tenants' rows; the names of schemas compare by bytes, as in the catalog. */
    private static final String ROWS =
            " FROM " + TABLE + " f JOIN pg_catalog.pg_namespace n ON n.nspname = f.tenant WHERE ";

    /**
     * {@code IF NOT EXISTS} alone races (23505), so the first users take turns. Waiting for the turn does not renew what the
     * backend remembers of the catalog, but a query of it does, before its functions run. The primary key is read in the order of a
     * tenant's rows.
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
                            + SqlErrors.shown(
                                    "the fleet's tracking table " + TABLE + " is not there yet: run prepare with a role"
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

    /** Nobody has signed up yet; asked first, because an error would end the caller's transaction. */
    private static boolean isThere(Connection connection) throws SQLException {
        return Jdbc.queryOne(
                connection,
                "SELECT pg_catalog.to_regclass(" + literal(TABLE) + ") IS NOT NULL",
                row -> row.getBoolean(1));
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
     * A query for the histories that there are, each with its tenants: most have the same one, and it is sent once. The schemas
     * are joined to the histories, not to the rows, which leaves the rows in the order of the primary key: sorting them takes
     * longer than all the rest. An array for each column takes less than one of arrays.
     *
     * @param rows which to read
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

    /** Rows that a schema of this name left when it was dropped by hand are not inherited. */
    @Override
    public String createSql(String schema) {
        return leftOver(schema) + "INSERT INTO " + TABLE + " (tenant, version, description, applied_at) SELECT "
                + literal(schema) + ", " + literal(TENANT.version()) + ", 'a tenant', " + NOW + " FROM left_over";
    }

    @Override
    public String assertRecordedSql(String schema, List<RecordedVersion> expected, String otherwise) {
        return super.assertRecordedSql(
                schema, Stream.concat(Stream.of(TENANT), expected.stream()).toList(), otherwise);
    }

    /** Deletes them first, which is certain, because what follows reads their number. */
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
