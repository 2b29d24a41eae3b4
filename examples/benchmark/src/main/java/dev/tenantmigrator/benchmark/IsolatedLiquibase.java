package dev.tenantmigrator.benchmark;

import java.nio.file.Path;
import java.sql.Connection;

/** Interface of {@link LiquibaseRunner} that both class loaders share. */
public interface IsolatedLiquibase {

    /**
     * Runs an operation for one tenant.
     *
     * @param operation the operation
     * @param connection closed by this method
     * @param schema the tenant's existing schema
     * @param directory the directory of the changelog
     * @param changelog the changelog's file name
     * @throws Exception if the operation failed
     */
    void run(Operation operation, Connection connection, String schema, Path directory, String changelog)
            throws Exception;

    /** Clears Liquibase's cache of tenants that are up to date; it would otherwise ignore new migrations. */
    void clearCache();
}
