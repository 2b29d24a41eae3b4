package dev.tenantmigrator.internal.spare;

import dev.tenantmigrator.TenantExistsException;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.LockHolders;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.jdbc.TenantLock;
import dev.tenantmigrator.internal.residue.NameResidue;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.tracking.TenantSchemas;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a tenant from a spare, inside a transaction: takes its lock, checks what it is, renames it. No code of a migration runs
 * meanwhile. Thread-safe.
 */
public final class SpareTake {

    private static final Logger LOG = LoggerFactory.getLogger(SpareTake.class);

    private static final String READ = "tenant_migrator_read";

    private static final String GONE = SqlErrors.marker("this spare was taken or changed");

    private static final String ISOLATION = SqlErrors.marker("spares are taken with READ COMMITTED only");

    private static final String UNFIT = SqlErrors.marker("this spare has another record or lacks a required table");

    private final Config config;
    private final SpareStock stock = new SpareStock();
    private final SecureRandom random = new SecureRandom();

    /** Takes spares of the database of a migrator. */
    public SpareTake(Config config) {
        this.config = config;
    }

    /**
     * A spare on its way to a tenant.
     *
     * @param schema the tenant's name
     */
    public record Taken(Spare spare, String schema) {

        /** Whether the take was committed: the schema has the tenant's name now. */
        public boolean isRenamed(Connection connection) throws SQLException {
            return Jdbc.queryOptional(
                            connection,
                            "SELECT FROM pg_catalog.pg_namespace WHERE oid = " + spare.oid() + " AND nspname = ?",
                            row -> true,
                            schema)
                    .isPresent();
        }

        /** Whether {@link #adaptFunctions} has anything to do. */
        public boolean hasFunctions() {
            return spare.mark().adaptFunctions();
        }

        /** Renames what renaming a schema leaves; in the same transaction. */
        public void adaptFunctions(Connection connection) throws SQLException {
            if (hasFunctions()) {
                new Pipeline().add(NameResidue.UNCHECKED_BODIES).send(connection);
                NameResidue.adaptFunctions(connection, spare.schema(), schema).send(connection);
            }
        }
    }

    /** Sends the statements of a take in a transaction or behind a savepoint, with what else belongs to it. */
    @FunctionalInterface
    public interface Sender {
        /**
         * Sends the statements.
         *
         * @throws SQLException when the spare could not be taken; the transaction or savepoint is rolled back
         */
        void send(Taken taken, Pipeline statements) throws SQLException;
    }

    /**
     * The result.
     *
     * @param schema the new tenant; empty when no spare could be taken
     * @param reason in that case
     */
    public record Result(Optional<String> schema, String reason) {

        static Result none(String reason) {
            return new Result(Optional.empty(), reason);
        }
    }

    /**
     * Takes a spare with this record.
     *
     * @param connection reads the stock, when it must be read
     * @throws TenantExistsException when the name was exact and is taken
     * @throws SQLException when the connection is lost
     */
    public Result take(Connection connection, TenantName name, String digest, Sender sender) throws SQLException {
        Set<String> tried = new HashSet<>();
        boolean read = false;
        String reason = "the stock has no spare with these migrations";
        int names = 0;
        while (true) {
            String schema = name.candidate(random);
            TenantSchemas.requireMayBeTenant(schema, config.sharedSchema());
            Optional<Spare> claimed = stock.claim(digest);
            if (claimed.isEmpty()) {
                if (read) {
                    return Result.none(reason);
                }
                stock.read(connection);
                read = true;
                continue;
            }
            Spare spare = claimed.get();
            if (!tried.add(spare.schema())) {
                stock.forget(spare);
                continue;
            }
            try {
                sender.send(new Taken(spare, schema), statements(spare, schema, digest));
                stock.forget(spare);
                return new Result(Optional.of(schema), "");
            } catch (SQLException e) {
                if (SqlErrors.isConnectionLost(e)) {
                    stock.forget(spare);
                    throw e;
                }
                if (TenantSchemas.isTaken(connection, schema, e)) {
                    stock.giveBack(spare);
                    tried.remove(spare.schema());
                    if (!name.isRandom() || ++names == TenantSchemas.MAX_NAMES) {
                        throw TenantSchemas.taken(schema);
                    }
                    continue;
                }
                if (LockHolders.isTimeout(e)) {
                    // E.g. for another transaction's schema of this name; with another spare it would wait again.
                    stock.giveBack(spare);
                    return Result.none("another transaction held a lock: " + SqlErrors.message(e));
                }
                stock.forget(spare);
                if (SqlErrors.says(e, ISOLATION)) {
                    return Result.none("the transaction is not READ COMMITTED");
                }
                reason = TenantLock.isHeld(e) || SqlErrors.says(e, GONE)
                        ? "other sign-ups have taken all spares"
                        : "a spare could not be taken: " + SqlErrors.message(e);
                LOG.debug("{} cannot be taken: {}", spare.schema(), SqlErrors.message(e));
            } catch (RuntimeException | Error e) {
                stock.giveBack(spare);
                throw e;
            }
        }
    }

    private Pipeline statements(Spare spare, String schema, String digest) {
        Pipeline pipeline = new Pipeline()
                .add(TenantLock.trySql(spare.schema()))
                .add("SELECT "
                        + failUnless(
                                "pg_catalog.current_setting('transaction_isolation') OPERATOR(pg_catalog.=) 'read committed'",
                                ISOLATION))
                .add("SELECT " + failUnless(isStill(spare), GONE));
        Pipeline record = config.recorder().assertDigest(spare.schema(), digest, UNFIT);
        if (config.recorder().recordsInside()) {
            // Reading a table can run code of its migrations: planning evaluates constant parts of checks and index
            // expressions.
            pipeline.add("SAVEPOINT " + READ)
                    .add("SET TRANSACTION READ ONLY")
                    .addAll(record)
                    .add("ROLLBACK TO SAVEPOINT " + READ)
                    .add("RELEASE SAVEPOINT " + READ);
        } else {
            pipeline.addAll(record);
        }
        if (!config.requiredTables().isEmpty()) {
            pipeline.add("SELECT " + failUnless(hasRequiredTables(spare), UNFIT));
        }
        return pipeline.add("ALTER SCHEMA " + Sql.identifier(spare.schema()) + " RENAME TO " + Sql.identifier(schema))
                .add("COMMENT ON SCHEMA " + Sql.identifier(schema) + " IS "
                        + spare.mark().comment().map(Sql::literal).orElse("NULL"))
                .addAll(config.recorder().rename(spare.schema(), schema));
    }

    /** After the lock: an older reading of the stock may show a spare that is a tenant by now, or was migrated meanwhile. */
    private static String isStill(Spare spare) {
        return "EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.oid OPERATOR(pg_catalog.=) " + spare.oid()
                + "::pg_catalog.oid AND n.nspname OPERATOR(pg_catalog.=) " + Sql.literal(spare.schema())
                + "::pg_catalog.name AND " + Spare.OWNED
                + " AND pg_catalog.obj_description(n.oid, 'pg_namespace') OPERATOR(pg_catalog.=) "
                + Sql.literal(spare.mark().text()) + ")";
    }

    private String hasRequiredTables(Spare spare) {
        String tables = config.requiredTables().stream()
                .map(table -> Sql.literal(table) + "::pg_catalog.name")
                .collect(Collectors.joining(", "));
        return "(SELECT pg_catalog.count(*) FROM pg_catalog.pg_class c WHERE c.relnamespace OPERATOR(pg_catalog.=) "
                + spare.oid() + "::pg_catalog.oid AND c.relname OPERATOR(pg_catalog.=) ANY (ARRAY[" + tables
                + "]) AND c.relkind IN ('r', 'p')) OPERATOR(pg_catalog.=) "
                + config.requiredTables().size();
    }

    private static String failUnless(String condition, String marker) {
        return "(CASE WHEN " + condition + " THEN '0' ELSE " + Sql.literal(marker) + " END)::pg_catalog.int4";
    }
}
