package dev.tenantmigrator.internal.tracking.store;

import static dev.tenantmigrator.internal.sql.Sql.literal;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.source.CodePointOrder;
import dev.tenantmigrator.internal.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** SQL for a table of recorded versions, one tenant's or the fleet's. */
abstract class TrackingTable implements PipelinedStore {

    /** The time of recording in UTC, independent of the session's time zone. */
    static final String NOW = "pg_catalog.timezone('UTC', pg_catalog.clock_timestamp())";

    /** For an {@code UPDATE}, in which Citus refuses functions that are not stable within a statement. */
    private static final String NOW_IN_UPDATE = "pg_catalog.timezone('UTC', pg_catalog.statement_timestamp())";

    /** The table that holds a tenant's rows, as SQL names it. */
    abstract String table(String schema);

    /** The columns, with their values in SQL, that select a tenant's rows in that table. */
    abstract Map<String, String> key(String schema);

    /** The rows of a tenant's versions, as {@code FROM} names them. */
    abstract String rows(String schema);

    private String where(String schema, String version) {
        return Stream.concat(key(schema).entrySet().stream(), Stream.of(Map.entry("version", literal(version))))
                .map(column -> column.getKey() + " = " + column.getValue())
                .collect(Collectors.joining(" AND ", " WHERE ", ""));
    }

    @Override
    public String assertRecordedSql(String schema, List<RecordedVersion> expected, String errorMessage) {
        List<String> versions = expected.stream()
                .map(row -> row.version() + (row.finished() ? "+" : "-"))
                .sorted(CodePointOrder.INSTANCE)
                .toList();
        // An array of a subquery takes two thirds of the time of an aggregate, because planning it is cheaper.
        return "(CASE WHEN pg_catalog.array_to_string(ARRAY(SELECT version::pg_catalog.text OPERATOR(pg_catalog.||)"
                + " CASE WHEN applied_at IS NULL THEN '-' ELSE '+' END COLLATE pg_catalog.\"C\" FROM " + rows(schema)
                + " ORDER BY 1), '/') OPERATOR(pg_catalog.=) " + joined(versions) + " THEN '0' ELSE "
                + literal(errorMessage) + " END)::pg_catalog.int4";
    }

    @Override
    public String assertDigestSql(String schema, String digest, String errorMessage) {
        return "(CASE WHEN " + RecordDigest.sql(rows(schema)) + " OPERATOR(pg_catalog.=) " + literal(digest)
                + " THEN '0' ELSE " + literal(errorMessage) + " END)::pg_catalog.int4";
    }

    /** No version has a slash, so no two lists of versions give one text. */
    private static String joined(List<String> sorted) {
        if (sorted.stream().allMatch(version -> version.chars().allMatch(c -> c < 0x80))) {
            return literal(String.join("/", sorted));
        }
        // The server compares the bytes of its encoding, which may sort other letters otherwise than Unicode does.
        String values = sorted.stream().map(Sql::literal).collect(Collectors.joining(", "));
        return "pg_catalog.array_to_string(ARRAY(SELECT v COLLATE pg_catalog.\"C\" FROM pg_catalog.unnest(ARRAY["
                + values + "]::pg_catalog.text[]) v ORDER BY 1), '/')";
    }

    @Override
    public String insertSql(String schema, Migration migration) {
        return insertAllSql(schema, List.of(migration));
    }

    @Override
    public String startSql(String schema, Migration migration, String description) {
        return insertSql(schema, List.of(values(schema, migration, description, "NULL")));
    }

    @Override
    public String insertAllSql(String schema, Collection<Migration> migrations) {
        return insertSql(
                schema,
                migrations.stream()
                        .map(migration -> values(schema, migration, migration.description(), NOW))
                        .toList());
    }

    private String values(String schema, Migration migration, String description, String appliedAt) {
        return values(
                schema,
                literal(migration.version()),
                literal(description),
                appliedAt,
                literal(migration.up().checksum()));
    }

    @Override
    public String restoreAllSql(String schema, List<AppliedMigration> rows) {
        return insertSql(schema, rows.stream().map(row -> values(schema, row)).toList());
    }

    private String values(String schema, AppliedMigration row) {
        return values(schema, literal(row.version()), orNull(row.description()), time(row), orNull(row.checksum()));
    }

    private static String time(AppliedMigration row) {
        return orNull(row.appliedAt().map(LocalDateTime::toString)) + "::timestamp";
    }

    private static String orNull(Optional<String> value) {
        return value.map(Sql::literal).orElse("NULL");
    }

    private String insertSql(String schema, List<String> rows) {
        Stream<String> columns = Stream.of("version", "description", "applied_at", "checksum");
        return "INSERT INTO " + table(schema) + " ("
                + Stream.concat(key(schema).keySet().stream(), columns).collect(Collectors.joining(", ")) + ") VALUES "
                + String.join(", ", rows);
    }

    private String values(String schema, String version, String description, String appliedAt, String checksum) {
        return Stream.concat(key(schema).values().stream(), Stream.of(version, description, appliedAt, checksum))
                .collect(Collectors.joining(", ", "(", ")"));
    }

    @Override
    public String finishSql(String schema, Migration migration) {
        return update(schema, migration.version(), NOW_IN_UPDATE, migration.description());
    }

    @Override
    public String reopenSql(String schema, String version, String description) {
        return update(schema, version, "NULL", description);
    }

    private String update(String schema, String version, String appliedAt, String description) {
        return "UPDATE " + table(schema) + " SET applied_at = " + appliedAt + ", description = " + literal(description)
                + where(schema, version);
    }

    @Override
    public String deleteSql(String schema, String version) {
        return "DELETE FROM " + table(schema) + where(schema, version);
    }

    @Override
    public String updateChecksumSql(String schema, String version, String checksum) {
        return "UPDATE " + table(schema) + " SET checksum = " + literal(checksum) + where(schema, version);
    }

    @Override
    public void prepare(Connection connection) throws SQLException {
        execute(connection, prepareSql());
    }

    @Override
    public void create(Connection connection, String schema) throws SQLException {
        Jdbc.execute(connection, createSql(schema));
    }

    /** In two statements, because a table of an older tool may have no constraint for {@code ON CONFLICT}. */
    @Override
    public void record(Connection connection, String schema, AppliedMigration row) throws SQLException {
        String update = "UPDATE " + table(schema) + " SET description = " + orNull(row.description())
                + ", applied_at = " + time(row) + ", checksum = " + orNull(row.checksum())
                + where(schema, row.version());
        if (Jdbc.update(connection, update) == 0) {
            Jdbc.execute(connection, restoreAllSql(schema, List.of(row)));
        }
    }

    @Override
    public void remove(Connection connection, String schema, String version) throws SQLException {
        Jdbc.execute(connection, deleteSql(schema, version));
    }

    @Override
    public void rename(Connection connection, String schema, String newSchema) throws SQLException {
        execute(connection, renameSql(schema, newSchema));
    }

    @Override
    public void forget(Connection connection, String schema) throws SQLException {
        Jdbc.execute(connection, forgetSql(schema));
    }

    private static void execute(Connection connection, Optional<String> sql) throws SQLException {
        if (sql.isPresent()) {
            Jdbc.execute(connection, sql.get());
        }
    }
}
