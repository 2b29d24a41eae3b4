package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.jdbc.CustomSettings;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.ReadOnly;
import dev.tenantmigrator.internal.jdbc.SessionSettings;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

/**
 * A savepoint in a caller's open transaction. A creation inside it can be taken back, and leaves the caller's connection with
 * the settings and temporary tables that it had.
 */
final class CallersTransaction {

    private static final String SAVEPOINT = "tenant_migrator_create";

    private final Connection connection;

    private CallersTransaction(Connection connection) {
        this.connection = connection;
    }

    /**
     * Sets the savepoint.
     *
     * @throws TenantMigratorException when there is no open transaction, it failed already, or it must not write
     */
    static CallersTransaction enter(Connection connection) {
        CallersTransaction transaction = new CallersTransaction(connection);
        try {
            ReadOnly.executeAndRefuse(connection, "SAVEPOINT " + SAVEPOINT);
            return transaction;
        } catch (TenantMigratorException e) {
            transaction.rollBack(e);
            throw e;
        } catch (SQLException e) {
            throw new TenantMigratorException(
                    SqlErrors.failure(e)
                            .withMessage("the connection has no usable open transaction: " + SqlErrors.message(e)
                                    + ". Turn autocommit off, and pass a connection on which no statement has failed"),
                    SqlErrors.withoutDetail(e));
        }
    }

    /**
     * Restores the caller's settings and releases the savepoint.
     *
     * @param before the settings when it was entered
     * @param own what {@code before} knows nothing of
     * @throws TenantMigratorException when the migrations left something that cannot be taken off the caller's connection
     */
    void leave(SessionSettings before, CustomSettings own, String schema) throws SQLException {
        Pipeline end = new Pipeline();
        // Found on the connection, because not every script shows them in its text.
        if (leftTemporaryTables(before, schema)) {
            end.add("DISCARD TEMP");
        }
        own.restoreSql(own.values().keySet()).ifPresent(end::add);
        end.add(before.restoreInCallersTransactionSql())
                .add("RELEASE SAVEPOINT " + SAVEPOINT)
                .send(connection);
    }

    /** Restores the caller's settings and releases the savepoint, when no script ran. */
    void leave(SessionSettings before) throws SQLException {
        new Pipeline()
                .add(before.restoreInCallersTransactionSql())
                .add("RELEASE SAVEPOINT " + SAVEPOINT)
                .send(connection);
    }

    /** Releases the savepoint, when no setting was changed. */
    void leave() throws SQLException {
        Jdbc.execute(connection, "RELEASE SAVEPOINT " + SAVEPOINT);
    }

    /** Whether the migrations left temporary tables, and the caller has none, so that all can go. */
    private boolean leftTemporaryTables(SessionSettings before, String schema) throws SQLException {
        Map<String, String> leftovers =
                new TreeMap<>(SessionSettings.read(connection).leftovers());
        leftovers.entrySet().removeAll(before.leftovers().entrySet());
        boolean temporary = leftovers.containsKey(SessionSettings.TEMPORARY)
                && "0".equals(before.leftovers().get(SessionSettings.TEMPORARY));
        if (temporary) {
            leftovers.remove(SessionSettings.TEMPORARY);
        }
        if (!leftovers.isEmpty()) {
            throw new TenantMigratorException(Failure.of(
                            "the migrations would leave something on the caller's connection: "
                                    + String.join(", ", leftovers.keySet())
                                    + "; remove that from the migrations, or create the tenant in a transaction of its own")
                    .inTenant(schema));
        }
        return temporary;
    }

    /** Rolls back to the savepoint and releases it. */
    void rollBack(Throwable reason) {
        try {
            Jdbc.execute(connection, "ROLLBACK TO SAVEPOINT " + SAVEPOINT);
            Jdbc.execute(connection, "RELEASE SAVEPOINT " + SAVEPOINT);
        } catch (SQLException e) {
            reason.addSuppressed(SqlErrors.withoutDetail(e));
        }
    }
}
