package dev.tenantmigrator.benchmark;

import java.nio.file.Path;
import java.sql.Connection;

/** What {@link LiquibaseCompetitor} calls across class loaders. */
public interface LiquibaseThread {

    /**
     * Does some work for one tenant.
     *
     * @param work what
     * @param connection closed afterwards
     * @param schema the tenant's schema, which exists
     * @param directory where the changelog is
     * @param changelog its name
     * @throws Exception when it failed
     */
    void run(Work work, Connection connection, String schema, Path directory, String changelog) throws Exception;

    /** Forgets which tenants are up to date, which it otherwise believes for the life of the JVM. */
    void forget();
}
