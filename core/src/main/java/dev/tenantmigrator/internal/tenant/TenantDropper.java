package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.TenantExistsException;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.LockHolders;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.Queries;
import dev.tenantmigrator.internal.jdbc.ServerAdvice;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.tracking.FleetReader;
import dev.tenantmigrator.internal.tracking.LostRecords;
import dev.tenantmigrator.internal.tracking.TenantSchemas;
import dev.tenantmigrator.internal.tracking.UnfinishedDrops;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Drops a tenant in steps. First the schema gets a reserved name, so that nothing is deployed to it any more. Then its tables are
 * dropped, some at a time, and at last the schema with the tracking table. One {@code DROP SCHEMA} of thousands of tables would need
 * an entry in PostgreSQL's lock table for each table, index and sequence (PostgreSQL documentation, {@code
 * max_locks_per_transaction}).
 */
public final class TenantDropper {

    /**
     * Locks that one step may take: a small share of the 6,400 that the default {@code max_locks_per_transaction} (64) gives a server
     * of 100 connections, so that other sessions can work meanwhile.
     */
    private static final int LOCKS_PER_STEP = 400;

    private final Config config;

    /** Serves any number of drops. */
    public TenantDropper(Config config) {
        this.config = config;
    }

    /**
     * Drops a tenant, or finishes an unfinished drop of it.
     *
     * @throws TenantNotFoundException when there is neither
     * @throws TenantExistsException when an unfinished drop was finished and another tenant has the name now
     */
    public void drop(String schema) throws SQLException {
        TenantSchemas.requireMayBeTenant(schema, config.sharedSchema());
        try (Session session = Session.open(config.dataSource())) {
            List<String> begun = new ArrayList<>();
            UnfinishedDrops.read(session.connection()).forEach((dropping, tenant) -> {
                if (tenant.equals(schema)) {
                    begun.add(dropping);
                }
            });
            boolean tenant = new FleetReader(config).isTenant(session.connection(), schema);
            if (!tenant && begun.isEmpty()) {
                throw new TenantNotFoundException(LostRecords.notFound(config, session.connection(), schema));
            }
            boolean earlier = !begun.isEmpty();
            if (tenant && !earlier) {
                begun.add(begin(session, schema));
            }
            finish(session, schema, begun);
            if (tenant && earlier) {
                throw new TenantExistsException(
                        Failure.of("the unfinished drop of an earlier tenant of this name was finished; the tenant that"
                                        + " has the name now was not dropped; drop it again to drop that one too")
                                .inTenant(schema));
            }
        }
    }

    /**
     * Drops a spare tenant.
     *
     * @throws TenantNotFoundException when it is gone: a sign-up took it, or another instance dropped it
     */
    void dropSpare(String schema) {
        try (Session session = Session.open(config.dataSource())) {
            finish(session, schema, List.of(begin(session, schema)));
        }
    }

    /** Finishes unfinished drops of spare tenants, and returns the failures. */
    List<TenantMigratorException> finishSpares() throws SQLException {
        List<TenantMigratorException> failures = new ArrayList<>();
        try (Session session = Session.open(config.dataSource())) {
            UnfinishedDrops.readSpares(session.connection()).forEach((dropping, spare) -> {
                try {
                    finish(session, spare, List.of(dropping));
                } catch (TenantMigratorException e) {
                    failures.add(e);
                }
            });
        }
        return failures;
    }

    /**
     * Begins a drop: from then on the schema is no tenant any more. {@link #drop} finishes it.
     *
     * @throws TenantNotFoundException when there is no such tenant
     */
    public void begin(String schema) throws SQLException {
        try (Session session = Session.open(config.dataSource())) {
            if (!new FleetReader(config).isTenant(session.connection(), schema)) {
                throw new TenantNotFoundException(LostRecords.notFound(config, session.connection(), schema));
            }
            begin(session, schema);
        }
    }

    private void finish(Session session, String schema, List<String> begun) {
        try {
            for (String dropping : begun) {
                finish(session, dropping);
            }
        } catch (SQLException e) {
            String holders = LockHolders.isTimeout(e) && !session.isLost()
                    ? begun.stream()
                            .flatMap(dropping -> LockHolders.named(session.connection(), dropping, "").stream())
                            .map(". "::concat)
                            .collect(Collectors.joining())
                    : "";
            Failure failure = session.isLost()
                    ? SqlErrors.failure(e)
                    : ServerAdvice.explained(SqlErrors.failure(e), e, session.connection(), config.sharedSchema());
            throw new TenantMigratorException(
                    failure.withMessage("the drop is not finished: " + failure.message()
                                    + ". It is no tenant any more, and some of its tables may be gone; list shows it."
                                    + " Drop the tenant again to continue" + holders)
                            .inTenant(schema),
                    SqlErrors.withoutDetail(e));
        }
    }

    /** The former names of tenants whose drop is unfinished, sorted. */
    public List<String> unfinished() throws SQLException {
        try (Session session = Session.openToRead(config.dataSource())) {
            return UnfinishedDrops.read(session.connection()).values().stream()
                    .distinct()
                    .sorted()
                    .toList();
        }
    }

    /** Renames the schema; from then on it is no tenant any more. */
    private String begin(Session session, String schema) {
        String dropping = UnfinishedDrops.PREFIX + UUID.randomUUID().toString().replace("-", "");
        try {
            return WaitForTenant.run(config, session, schema, connection -> {
                if (!Queries.schemaExists(connection, schema)) {
                    throw new TenantNotFoundException(TenantSchemas.notFound(schema));
                }
                List<String> outside = dependentsOutside(connection, schema);
                if (!outside.isEmpty()) {
                    throw new TenantMigratorException(Failure.of("objects outside the tenant depend on it: "
                                    + String.join(", ", outside) + "; drop them first; nothing was changed")
                            .inTenant(schema));
                }
                // A later step would wait for them in vain, with a part of the tenant dropped.
                Optional<String> holders = LockHolders.await(connection, schema, WaitForTenant.LOCK_PATIENCE);
                if (holders.isPresent()) {
                    throw new TenantMigratorException(
                            Failure.of("the tenant cannot be dropped while others use it; nothing was changed. "
                                            + holders.get() + ". Then drop it again")
                                    .withSqlState(LockHolders.LOCK_TIMEOUT)
                                    .inTenant(schema));
                }
                Pipeline pipeline = new Pipeline()
                        .add(WaitForTenant.LOCK_TIMEOUT)
                        .add("ALTER SCHEMA " + Sql.identifier(schema) + " RENAME TO " + Sql.identifier(dropping))
                        .add("COMMENT ON SCHEMA " + Sql.identifier(dropping) + " IS "
                                + Sql.literal(UnfinishedDrops.MARK + schema));
                pipeline.addAll(config.recorder().rename(schema, dropping)).send(connection);
                return dropping;
            });
        } catch (SQLException e) {
            throw new TenantMigratorException(
                    SqlErrors.failure(e)
                            .withMessage(
                                    "the tenant cannot be dropped: " + SqlErrors.message(e) + "; nothing was changed")
                            .inTenant(schema),
                    SqlErrors.withoutDetail(e));
        }
    }

    /** The objects of other schemas that {@code CASCADE} would drop, because they depend on an object of this one. */
    private static List<String> dependentsOutside(Connection connection, String schema) throws SQLException {
        String query = """
                WITH own(classid, objid) AS (
                    SELECT 'pg_catalog.pg_class'::regclass, c.oid FROM pg_catalog.pg_class c
                     WHERE c.relnamespace = pg_catalog.to_regnamespace(pg_catalog.quote_ident(?))
                    UNION ALL SELECT 'pg_catalog.pg_type'::regclass, t.oid FROM pg_catalog.pg_type t
                     WHERE t.typnamespace = pg_catalog.to_regnamespace(pg_catalog.quote_ident(?))
                    UNION ALL SELECT 'pg_catalog.pg_proc'::regclass, p.oid FROM pg_catalog.pg_proc p
                     WHERE p.pronamespace = pg_catalog.to_regnamespace(pg_catalog.quote_ident(?)))
                SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)
                  FROM own
                  JOIN pg_catalog.pg_depend d ON d.refclassid = own.classid AND d.refobjid = own.objid
                                             AND d.deptype IN ('n', 'a')
                  LEFT JOIN pg_catalog.pg_constraint k
                         ON d.classid = 'pg_catalog.pg_constraint'::regclass AND k.oid = d.objid
                  LEFT JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND r.oid = d.objid
                  LEFT JOIN pg_catalog.pg_trigger g ON d.classid = 'pg_catalog.pg_trigger'::regclass AND g.oid = d.objid
                  LEFT JOIN pg_catalog.pg_policy l ON d.classid = 'pg_catalog.pg_policy'::regclass AND l.oid = d.objid
                  LEFT JOIN pg_catalog.pg_attrdef a ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND a.oid = d.objid
                  LEFT JOIN pg_catalog.pg_class c ON c.oid = coalesce(
                         r.ev_class, g.tgrelid, l.polrelid, a.adrelid,
                         CASE WHEN d.classid = 'pg_catalog.pg_class'::regclass THEN d.objid END)
                  LEFT JOIN pg_catalog.pg_proc p ON d.classid = 'pg_catalog.pg_proc'::regclass AND p.oid = d.objid
                  LEFT JOIN pg_catalog.pg_type t ON d.classid = 'pg_catalog.pg_type'::regclass AND t.oid = d.objid
                 WHERE coalesce(k.connamespace, c.relnamespace, p.pronamespace, t.typnamespace)
                       <> pg_catalog.to_regnamespace(pg_catalog.quote_ident(?))
                 ORDER BY 1 LIMIT 10""";
        return Jdbc.query(connection, query, row -> row.getString(1), schema, schema, schema, schema);
    }

    private void finish(Session session, String dropping) throws SQLException {
        List<String> step = nextStep(session.connection(), dropping);
        while (!step.isEmpty()) {
            Pipeline pipeline = new Pipeline().add(WaitForTenant.LOCK_TIMEOUT);
            step.forEach(pipeline::add);
            session.sendInTransaction(pipeline);
            step = nextStep(session.connection(), dropping);
        }
        Pipeline last = new Pipeline()
                .add(WaitForTenant.LOCK_TIMEOUT)
                .add("DROP SCHEMA IF EXISTS " + Sql.identifier(dropping) + " CASCADE");
        if (!config.recorder().recordsInside()) {
            last.addAll(config.recorder().forget(dropping));
        }
        session.sendInTransaction(last);
    }

    /**
     * Statements that drop some relations: partitions before their parents, and never the tracking table. {@code IF EXISTS} skips those
     * that {@code CASCADE} has dropped with others.
     */
    private List<String> nextStep(Connection connection, String schema) throws SQLException {
        String query = """
                SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                                      WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
                       c.relname,
                       3 + (SELECT count(*) FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid)
                         + (SELECT count(*) FROM pg_catalog.pg_constraint k
                             WHERE k.contype = 'f' AND (k.conrelid = c.oid OR k.confrelid = c.oid))
                  FROM pg_catalog.pg_namespace n
                  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
                 WHERE n.nspname = ? AND c.relname <> ?
                   AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhparent = c.oid)
                   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                                    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
                                      AND d.deptype IN ('a', 'i', 'e') AND c.relkind = 'S')
                 ORDER BY c.oid
                 LIMIT ?""";
        List<Drop> drops = Jdbc.query(
                connection,
                query,
                row -> new Drop(
                        "DROP " + row.getString(1) + " IF EXISTS " + Sql.qualified(schema, row.getString(2))
                                + " CASCADE",
                        row.getInt(3)),
                schema,
                config.recorder().tableInSchema().orElse(""),
                LOCKS_PER_STEP);
        List<String> statements = new ArrayList<>();
        int locks = 0;
        for (Drop drop : drops) {
            locks += drop.locks();
            if (!statements.isEmpty() && locks > LOCKS_PER_STEP) {
                break;
            }
            statements.add(drop.statement());
        }
        return statements;
    }

    private record Drop(String statement, int locks) {}
}
