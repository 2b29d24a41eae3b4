package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.tenant.TenantStructure.Relation;
import dev.tenantmigrator.internal.tenant.TenantStructure.Sequence;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tenant's state after its creation, to which a reset brings it back. It is kept in this process, so that nothing is added to the
 * tenant.
 *
 * @param contents rows, by the OID of their relation; a relation without rows may be absent
 * @param history the tenant's record when it is not in its schema
 */
record TenantBaseline(
        TenantStructure structure,
        Map<Long, TenantContents> contents,
        List<SequenceValue> sequences,
        List<RecordedVersion> history) {

    /** The value of a sequence. */
    record SequenceValue(Sequence sequence, long last, boolean called) {}

    /** On a Citus cluster the files of this node show nothing. */
    private static final String IS_CLUSTER =
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE e.extname = 'citus')";

    /** Larger tables are not copied: creating the tenant again is then cheaper than its memory. */
    private static final long MAX_COPIED_BYTES = 4L << 20;

    /** Reads the state of a new tenant. Changes nothing that the transaction does not roll back. */
    static TenantBaseline read(Config config, Connection connection, String schema) throws SQLException {
        if (Jdbc.queryOne(connection, IS_CLUSTER, row -> row.getBoolean(1))) {
            throw new SQLException("the tables may be on other nodes of a cluster");
        }
        Jdbc.execute(connection, settings(config, schema));
        TenantStructure structure = TenantStructure.read(connection, schema)
                .orElseThrow(() -> new SQLException("the schema does not exist any more"));
        for (Relation relation : structure.data()) {
            if (relation.hidden()) {
                Jdbc.execute(connection, show(schema, relation));
            }
        }
        Map<Long, TenantContents> contents = new HashMap<>();
        List<Relation> small = new ArrayList<>();
        List<Relation> large = new ArrayList<>();
        long bytes = 0;
        for (Relation relation : structure.data()) {
            bytes += relation.bytes();
            (bytes > MAX_COPIED_BYTES ? large : small).add(relation);
        }
        contents.putAll(TenantContents.read(connection, schema, small, true));
        contents.putAll(TenantContents.read(connection, schema, large, false));
        return new TenantBaseline(
                structure,
                contents,
                sequences(connection, schema, structure.sequences()),
                history(config, connection, schema));
    }

    /** The tenant's record, as far as its schema does not show it. */
    static List<RecordedVersion> history(Config config, Connection connection, String schema) throws SQLException {
        return config.recorder().recordsInside() ? List.of() : config.recorder().history(connection, schema);
    }

    /**
     * Settings until the end of the transaction. Text forms of values are exact and equal whatever the host has set, and no function of
     * a check, default or generated column misses the tenant's objects.
     */
    static String settings(Config config, String schema) {
        return WaitForTenant.LOCK_TIMEOUT + "; SET LOCAL search_path TO " + Sql.identifier(schema) + ", "
                + Sql.identifier(config.sharedSchema())
                + "; SET LOCAL datestyle TO ISO; SET LOCAL intervalstyle TO postgres;"
                + " SET LOCAL extra_float_digits TO 3; SET LOCAL xmloption TO content; SET LOCAL row_security TO off;"
                + " SET LOCAL standard_conforming_strings TO on; SET LOCAL jit TO off";
    }

    /** A statement that shows the owner the rows that row security hides. */
    static String show(String schema, Relation relation) {
        return "ALTER TABLE ONLY " + Sql.qualified(schema, relation.name()) + " NO FORCE ROW LEVEL SECURITY";
    }

    /** A statement that hides them again. */
    static String hide(String schema, Relation relation) {
        return "ALTER TABLE ONLY " + Sql.qualified(schema, relation.name()) + " FORCE ROW LEVEL SECURITY";
    }

    private static List<SequenceValue> sequences(Connection connection, String schema, List<Sequence> sequences)
            throws SQLException {
        if (sequences.isEmpty()) {
            return List.of();
        }
        // In the order of the list.
        List<String> queries = sequences.stream()
                .map(sequence -> "SELECT last_value, is_called FROM " + Sql.qualified(schema, sequence.name()))
                .toList();
        Iterator<Sequence> sequence = sequences.iterator();
        return Jdbc.query(
                connection,
                String.join(" UNION ALL ", queries),
                row -> new SequenceValue(sequence.next(), row.getLong(1), row.getBoolean(2)));
    }

    /** The rows that a relation had. */
    TenantContents contentsOf(long oid) {
        return contents.getOrDefault(oid, TenantContents.EMPTY);
    }

    /** The state after a reset: rows that were restored have another transaction. */
    TenantBaseline after(TenantStructure now, Map<Long, TenantContents> restored) {
        Map<Long, TenantContents> all = new HashMap<>(contents);
        restored.forEach((oid, content) -> all.put(
                oid,
                new TenantContents(
                        content.rows(),
                        content.mark(),
                        Optional.of(contentsOf(oid).copy().orElse(List.of())))));
        return new TenantBaseline(now, all, sequences, history);
    }
}
