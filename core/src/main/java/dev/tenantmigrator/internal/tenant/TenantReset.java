package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.LockHolders;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.jdbc.Undone;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.tenant.TenantBaseline.SequenceValue;
import dev.tenantmigrator.internal.tenant.TenantStructure.Relation;
import dev.tenantmigrator.internal.tenant.TenantTables.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one tenant back to its state after creation, in one transaction: empties the tables that were written, inserts the rows that
 * migrations had inserted, and sets the sequences. Not thread-safe.
 */
final class TenantReset {

    private static final Logger LOG = LoggerFactory.getLogger(TenantReset.class);

    private final Config config;
    private final String schema;
    private TenantBaseline baseline;
    private Optional<TenantTables> tables = Optional.empty();

    private TenantReset(Config config, String schema, TenantBaseline baseline) {
        this.config = config;
        this.schema = schema;
        this.baseline = baseline;
    }

    /**
     * Remembers the state of a new tenant, in the transaction that creates it, which stays as it is; empty when the state cannot be read,
     * e.g. because a table belongs to another role.
     */
    static Optional<TenantReset> of(Config config, Connection connection, String schema) throws SQLException {
        try {
            return Optional.of(new TenantReset(
                    config, schema, Undone.run(connection, () -> TenantBaseline.read(config, connection, schema))));
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            LOG.debug("The state of {} cannot be read: resets create it again", schema, SqlErrors.withoutDetail(e));

            return Optional.empty();
        }
    }

    /**
     * Resets the tenant.
     *
     * @return false when only a new creation can, e.g. because its structure changed; nothing was changed
     * @throws TenantMigratorException when another transaction holds locks
     */
    boolean run() throws SQLException {
        try (Session session = Session.open(config.dataSource())) {
            try {
                Optional<TenantBaseline> reset = WaitForTenant.run(config, session, schema, this::reset);
                reset.ifPresent(now -> baseline = now);
                return reset.isPresent();
            } catch (SQLException e) {
                if (LockHolders.isTimeout(e)) {
                    throw new TenantMigratorException(
                            SqlErrors.failure(e)
                                    .withMessage("the tenant cannot be reset: " + SqlErrors.message(e)
                                            + "; nothing was changed. Then reset it again")
                                    .inTenant(schema),
                            SqlErrors.withoutDetail(e));
                }
                if (SqlErrors.isConnectionLost(e)) {
                    throw e;
                }
                LOG.debug("{} cannot be reset and is created again", schema, SqlErrors.withoutDetail(e));

                return false;
            }
        }
    }

    private Optional<TenantBaseline> reset(Connection connection) throws SQLException {
        // A reset that a crash of the server undoes is no loss.
        Jdbc.execute(connection, TenantBaseline.settings(config, schema) + "; SET LOCAL synchronous_commit TO off");
        Optional<TenantStructure> now = TenantStructure.read(connection, schema);
        if (now.isEmpty()
                || !now.get().mark().equals(baseline.structure().mark())
                || !baseline.history().equals(TenantBaseline.history(config, connection, schema))) {
            return Optional.empty();
        }
        Map<Long, Relation> written = byOid(now.get().data());
        Map<Long, TenantContents> found = contents(connection, written);
        Set<Long> changed = new LinkedHashSet<>();
        Set<Long> known = new LinkedHashSet<>(written.keySet());
        known.addAll(baseline.contents().keySet());
        for (long oid : known) {
            if (!found.getOrDefault(oid, TenantContents.EMPTY).matches(baseline.contentsOf(oid))) {
                changed.add(oid);
            }
        }
        return restore(connection, now.get(), written, changed);
    }

    /** Reads the rows, under locks against writers. */
    private Map<Long, TenantContents> contents(Connection connection, Map<Long, Relation> written) throws SQLException {
        Pipeline pipeline = new Pipeline();
        List<String> locked = new ArrayList<>();
        for (Relation relation : written.values()) {
            if (relation.hidden()) {
                pipeline.add(TenantBaseline.show(schema, relation));
            }
            if (!relation.view()) {
                locked.add("ONLY " + Sql.qualified(schema, relation.name()));
            }
        }
        if (!locked.isEmpty()) {
            pipeline.add("LOCK TABLE " + String.join(", ", locked) + " IN SHARE ROW EXCLUSIVE MODE")
                    .send(connection);
        }
        return TenantContents.read(connection, schema, written.values(), false);
    }

    private Optional<TenantBaseline> restore(
            Connection connection, TenantStructure now, Map<Long, Relation> written, Set<Long> changed)
            throws SQLException {
        Set<Long> views = changed.stream()
                .filter(oid -> written.containsKey(oid) && written.get(oid).view())
                .collect(Collectors.toSet());
        changed.removeAll(views);
        Pipeline pipeline = new Pipeline();
        Set<Long> filled = new LinkedHashSet<>();
        boolean altered = false;
        if (!changed.isEmpty()) {
            if (tables.isEmpty()) {
                tables = Optional.of(TenantTables.read(connection, schema));
            }
            RestoredTables restored = new RestoredTables(schema, baseline, tables.get(), written, changed);
            if (!restored.areCopied()) {
                return Optional.empty();
            }
            filled.addAll(restored.filled());
            List<Table> watched = restored.watched();
            altered = !watched.isEmpty();
            watched.forEach(table -> pipeline.add(TenantTables.off(schema, table)));
            restored.addTo(pipeline);
            // A table with checks that are still to come cannot be altered.
            pipeline.add("SET CONSTRAINTS ALL IMMEDIATE");
            watched.forEach(table -> pipeline.add(TenantTables.on(schema, table)));
        }
        addSequences(pipeline);
        if (!pipeline.isEmpty()) {
            pipeline.send(connection);
        }
        // Restored rows have another transaction than before.
        Map<Long, TenantContents> rows = TenantContents.read(
                connection,
                schema,
                baseline.structure().data().stream()
                        .filter(relation -> filled.contains(relation.oid()))
                        .toList(),
                false);
        altered = hide(connection, written) || altered;
        altered = refresh(connection, views) || altered;
        return Optional.of(baseline.after(
                altered ? TenantStructure.read(connection, schema).orElseThrow() : now, rows));
    }

    private boolean hide(Connection connection, Map<Long, Relation> written) throws SQLException {
        Pipeline pipeline = new Pipeline();
        written.values().stream()
                .filter(Relation::hidden)
                .forEach(relation -> pipeline.add(TenantBaseline.hide(schema, relation)));
        if (!pipeline.isEmpty()) {
            pipeline.send(connection);
        }
        return !pipeline.isEmpty();
    }

    /** Fills materialized views again, and compares them with what they showed. */
    private boolean refresh(Connection connection, Set<Long> changed) throws SQLException {
        if (changed.isEmpty()) {
            return false;
        }
        Pipeline pipeline = new Pipeline().add("SET LOCAL row_security TO on");
        // In the order of their creation: one may read from an earlier one.
        List<Relation> views = baseline.structure().data().stream()
                .filter(relation -> changed.contains(relation.oid()))
                .toList();
        views.forEach(view -> pipeline.add("REFRESH MATERIALIZED VIEW " + Sql.qualified(schema, view.name())
                + (view.populated() ? "" : " WITH NO DATA")));
        pipeline.send(connection);
        Map<Long, TenantContents> now = TenantContents.read(connection, schema, views, false);
        for (Relation view : views) {
            if (!now.getOrDefault(view.oid(), TenantContents.EMPTY).matches(baseline.contentsOf(view.oid()))) {
                throw new SQLException("a materialized view shows other rows than after the creation");
            }
        }
        return true;
    }

    /** All of them, because that takes less time than reading them. */
    private void addSequences(Pipeline pipeline) {
        List<SequenceValue> values = baseline.sequences();
        for (SequenceValue value : values) {
            if (value.sequence().cached()) {
                // Sessions forget the numbers that they have in stock.
                pipeline.add("ALTER SEQUENCE "
                        + Sql.qualified(schema, value.sequence().name()) + " RESTART");
            }
        }
        if (!values.isEmpty()) {
            pipeline.add(
                    "SELECT pg_catalog.count(pg_catalog.setval(v.s::pg_catalog.oid::pg_catalog.regclass, v.last, v.called)) FROM (VALUES "
                            + values.stream()
                                    .map(value -> "(" + value.sequence().oid() + "::pg_catalog.int8, " + value.last()
                                            + "::pg_catalog.int8, " + value.called() + ")")
                                    .collect(Collectors.joining(", "))
                            + ") v(s, last, called)");
        }
    }

    private static Map<Long, Relation> byOid(List<Relation> relations) {
        Map<Long, Relation> byOid = new LinkedHashMap<>();
        relations.forEach(relation -> byOid.put(relation.oid(), relation));
        return byOid;
    }
}
