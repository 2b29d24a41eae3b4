package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.cluster.Cluster;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.LockHolders;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The limit of a creation's waits for locks, and the holders of a lock that was not free in time. A sign-up waits meanwhile. */
final class CreationLocks {

    private CreationLocks() {}

    /**
     * The query that sets the limit and what a cluster needs for a creation, until the transaction ends or the settings are restored.
     */
    static String settingsSql(Config config, Cluster cluster) {
        return Stream.concat(Stream.of(limitSql(config)), cluster.creationColumns().stream())
                .collect(Collectors.joining(", "));
    }

    /**
     * A query with one row that sets the limit until the transaction ends or the setting is restored. A shorter limit of the session
     * or its caller stays. It works with any search path.
     */
    static String limitSql(Config config) {
        String limit = Sql.literal(config.lockTimeout().toMillis() + "ms");
        String now = "pg_catalog.current_setting('lock_timeout')";
        return "SELECT pg_catalog.set_config('lock_timeout', CASE WHEN " + now
                + "::pg_catalog.interval OPERATOR(pg_catalog.>) '0' AND " + now
                + "::pg_catalog.interval OPERATOR(pg_catalog.<) " + limit + " THEN " + now + " ELSE " + limit
                + " END, true)";
    }

    /**
     * Adds the holders to the failure of a creation that waited for a lock in vain.
     *
     * @param connection after the rollback
     */
    static TenantMigratorException withHolders(TenantMigratorException e, Config config, Connection connection) {
        Failure failure = e.failure();
        if (failure.sqlState().filter(LockHolders.LOCK_TIMEOUT::equals).isEmpty()) {
            return e;
        }
        Failure named = failure.withMessage(failure.message() + ". "
                + LockHolders.named(connection, failure.tenant().orElse(""), config.sharedSchema())
                        .orElse(
                                "Another transaction held a lock that it needs (pg_stat_activity shows it, pg_prepared_xacts"
                                        + " those that belong to no session): end it, or try again"));
        return e instanceof MigrationFailedException
                ? new MigrationFailedException(named, e)
                : new TenantMigratorException(named, e);
    }
}
