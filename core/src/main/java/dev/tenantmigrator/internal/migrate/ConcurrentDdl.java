package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.nontransactional.NonTransactionalStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Reads from PostgreSQL's catalogs how far a statement outside of a transaction got. A concurrent statement that is cut off leaves
 * an INVALID index or a partition whose detachment is pending; neither may be taken for done or left behind.
 */
final class ConcurrentDdl {

    /** Sent before each query: with the tenant's search path, an operator of the tenant could run here, outside of any check. */
    private static final String SESSION_CATALOG_PATH =
            "SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', false)";

    private static final String INDEX = """
            SELECT i.indisvalid, t.relname
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
              JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
             WHERE n.nspname = ? AND c.relname = ?::pg_catalog.name""";

    private static final String KIND = """
            SELECT c.relkind FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = ? AND c.relname = ?::pg_catalog.name""";

    /**
     * INVALID indexes of the tables of a {@code REINDEX}, their partitions and their TOAST tables. Only a superuser can drop an index
     * of a TOAST table by name, because others may not use that schema; {@code VACUUM FULL} removes it. {@code REINDEX SCHEMA}
     * leaves out partitions in other schemas.
     */
    private static final String INVALID = """
            WITH RECURSIVE named AS (
                SELECT coalesce(i.indrelid, c.oid) AS oid
                  FROM pg_catalog.pg_class c
                  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
                 WHERE n.nspname = ? AND (? = '' OR c.relname = ?::pg_catalog.name) AND c.relkind IN ('r', 'p', 'm', 'i', 'I')
                UNION SELECT h.inhrelid FROM named JOIN pg_catalog.pg_inherits h ON h.inhparent = named.oid AND ? <> ''
            ), tables AS (
                SELECT oid FROM named
                UNION SELECT c.reltoastrelid FROM named JOIN pg_catalog.pg_class c ON c.oid = named.oid)
            SELECT DISTINCT n.nspname, x.relname
              FROM tables
              JOIN pg_catalog.pg_index i ON i.indrelid = tables.oid
              JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
              JOIN pg_catalog.pg_namespace n ON n.oid = x.relnamespace
             WHERE NOT i.indisvalid AND x.relkind = 'i'
               AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND (x.relname ~ '_cc(new|old)[0-9]*$') = ?""";

    private static final String PARTITION = """
            SELECT h.inhdetachpending
              FROM pg_catalog.pg_inherits h
              JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
              JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
              JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid
              JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
             WHERE pn.nspname = ? AND p.relname = ?::pg_catalog.name
               AND cn.nspname = pn.nspname AND c.relname = ?::pg_catalog.name""";

    private final Connection connection;
    private final String schema;

    ConcurrentDdl(Connection connection, String schema) {
        this.connection = connection;
        this.schema = schema;
    }

    /** The server process that runs the statements. */
    int process() throws SQLException {
        return query("SELECT pg_catalog.pg_backend_pid()", rows -> rows.getInt(1))
                .get(0);
    }

    private record Index(boolean valid, String table) {}

    /**
     * Removes what an earlier attempt left unfinished, and finishes a pending {@code DETACH}, which cannot be undone.
     *
     * @param resumed whether the script was started in an earlier run: an existing object then counts as this statement's own
     * @return whether the statement is done
     */
    boolean settle(NonTransactionalStatement statement, boolean resumed) throws SQLException {
        Progress progress = progress(statement, resumed);
        for (String sql : progress.settling()) {
            Jdbc.execute(connection, sql);
        }
        return progress.done();
    }

    /**
     * How far a statement got.
     *
     * @param done whether nothing else is to do, once it is settled
     * @param settling the statements that remove or finish what an earlier attempt left
     */
    record Progress(boolean done, List<String> settling) {}

    /** Reads what {@link #settle} would do. */
    Progress progress(NonTransactionalStatement statement, boolean resumed) throws SQLException {
        return switch (statement.kind()) {
            case CREATE_INDEX -> {
                Optional<Index> index = index(statement.name());
                boolean there = index.isPresent() && isOn(statement, index.get());
                yield there && !index.get().valid()
                        ? new Progress(false, List.of(dropSql(schema, statement.name())))
                        : new Progress(there && resumed, List.of());
            }
            case DROP_INDEX -> new Progress(resumed && index(statement.name()).isEmpty(), List.of());
            case REINDEX_INDEX, REINDEX_TABLE, REINDEX_SCHEMA ->
                new Progress(
                        false,
                        invalidIndexes(statement, true).stream()
                                .map(index -> dropSql(index.get(0), index.get(1)))
                                .toList());
            case DETACH -> {
                Optional<Boolean> pending = detachPending(statement);
                yield pending.isPresent() && pending.get()
                        ? new Progress(
                                true,
                                List.of("ALTER TABLE " + Sql.qualified(schema, statement.name()) + " DETACH PARTITION "
                                        + Sql.qualified(schema, statement.secondName()) + " FINALIZE"))
                        : new Progress(resumed && pending.isEmpty(), List.of());
            }
            default -> new Progress(false, List.of());
        };
    }

    /**
     * Drops the INVALID index that a failed statement may have left, because it would slow down every write and, if unique, refuse
     * rows.
     *
     * @return whether nothing of the statement is left
     */
    boolean undo(NonTransactionalStatement statement) throws SQLException {
        return switch (statement.kind()) {
            case CREATE_INDEX, REINDEX_INDEX, REINDEX_TABLE, REINDEX_SCHEMA -> {
                settle(statement, false);
                yield true;
            }
            case DETACH -> detachPending(statement).stream().noneMatch(pending -> pending);
            case CODE -> false;
            case DROP_INDEX, VACUUM, CLUSTER -> true;
        };
    }

    /** The result that a statement lacks although PostgreSQL reported success; empty when it is complete. */
    Optional<String> missing(NonTransactionalStatement statement) throws SQLException {
        return switch (statement.kind()) {
            case CREATE_INDEX -> {
                Optional<Index> index = index(statement.name());
                boolean made = index.isPresent() && index.get().valid() && isOn(statement, index.get());
                yield made ? Optional.empty() : Optional.of(notValid(statement.name()));
            }
            case REINDEX_INDEX ->
                index(statement.name()).filter(Index::valid).isPresent()
                        ? Optional.empty()
                        : partitionsInvalid(statement);
            case REINDEX_TABLE, REINDEX_SCHEMA -> partitionsInvalid(statement);
            default -> Optional.empty();
        };
    }

    /**
     * The reason why a statement will fail; empty when none is known. It is asked before the script starts, because a resumed script
     * takes an index of that name for its own, and because some pools close the connection at an unsupported feature.
     *
     * @param dropped whether an earlier statement of the script drops an index of that name
     */
    Optional<String> refusal(NonTransactionalStatement statement, boolean dropped) throws SQLException {
        return switch (statement.kind()) {
            case CREATE_INDEX -> {
                if (kind(statement.secondName()).equals(Optional.of("p"))) {
                    yield Optional.of("cannot create index on partitioned table \"" + statement.secondName()
                            + "\" concurrently; create it on each partition, or without CONCURRENTLY");
                }
                boolean taken = !statement.conditional()
                        && !dropped
                        && index(statement.name()).filter(Index::valid).isPresent();
                yield taken ? Optional.of("the index " + statement.name() + " exists already") : Optional.empty();
            }
            case DROP_INDEX ->
                kind(statement.name()).equals(Optional.of("I"))
                        ? Optional.of("cannot drop partitioned index \"" + statement.name()
                                + "\" concurrently; drop it without CONCURRENTLY")
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    private Optional<String> kind(String relation) throws SQLException {
        return query(KIND, rows -> rows.getString(1), schema, relation).stream().findFirst();
    }

    private Optional<String> partitionsInvalid(NonTransactionalStatement statement) throws SQLException {
        return invalidIndexes(statement, false).stream().findFirst().map(index -> notValid(index.get(1)));
    }

    private static String notValid(String index) {
        return "the index " + index
                + " does not exist, is on another table, or is INVALID (PostgreSQL skips INVALID indexes"
                + " when it reindexes a table concurrently): drop it, or reindex it by its name";
    }

    private boolean isOn(NonTransactionalStatement statement, Index index) throws SQLException {
        return index.table().equals(asStored(statement.secondName()));
    }

    /** A name as PostgreSQL stores it: cut to 63 bytes. */
    private String asStored(String name) throws SQLException {
        return query("SELECT ?::pg_catalog.name::text", rows -> rows.getString(1), name)
                .get(0);
    }

    private Optional<Index> index(String name) throws SQLException {
        return query(INDEX, rows -> new Index(rows.getBoolean(1), rows.getString(2)), schema, name).stream()
                .findFirst();
    }

    private Optional<Boolean> detachPending(NonTransactionalStatement statement) throws SQLException {
        return query(PARTITION, rows -> rows.getBoolean(1), schema, statement.name(), statement.secondName()).stream()
                .findFirst();
    }

    /** @param leftovers whether to find the indexes that a concurrent reindexing creates, or all others */
    private List<List<String>> invalidIndexes(NonTransactionalStatement statement, boolean leftovers)
            throws SQLException {
        return query(
                INVALID,
                rows -> List.of(rows.getString(1), rows.getString(2)),
                schema,
                statement.name(),
                statement.name(),
                statement.name(),
                leftovers);
    }

    private static String dropSql(String indexSchema, String index) {
        return "DROP INDEX CONCURRENTLY IF EXISTS " + Sql.qualified(indexSchema, index);
    }

    private <T> List<T> query(String sql, Jdbc.RowMapper<T> mapper, Object... arguments) throws SQLException {
        Jdbc.execute(connection, SESSION_CATALOG_PATH);
        return Jdbc.query(connection, sql, mapper, arguments);
    }
}
