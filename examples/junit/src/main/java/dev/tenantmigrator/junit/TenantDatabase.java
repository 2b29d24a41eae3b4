package dev.tenantmigrator.junit;

import dev.tenantmigrator.TenantMigrator;
import javax.sql.DataSource;

/**
 * The database of tests, and the migrator for it. It has a constructor without parameters, and one instance serves all tests of a run.
 * If it is {@link AutoCloseable}, it is closed at the end of the run, after the migrator.
 */
public interface TenantDatabase {

    /**
     * Connects to the database, e.g. to a container or an embedded server, which may be started here. Called once.
     *
     * @return lends connections; a pool, where tests are many
     * @throws Exception fails the tests
     */
    DataSource dataSource() throws Exception;

    /**
     * Builds the migrator as the application does. Called once.
     *
     * @param dataSource that of {@link #dataSource()}
     * @return the migrator; it is closed at the end of the run
     * @throws Exception fails the tests
     */
    TenantMigrator migrator(DataSource dataSource) throws Exception;

    /**
     * The schema behind the tenant's in the search path.
     *
     * @return {@code public} unless overridden
     */
    default String sharedSchema() {
        return "public";
    }

    /**
     * A {@code DataSource} for a JDBC URL, which opens a connection for each request.
     *
     * @param url with {@code jdbc:postgresql:}
     * @param user the role
     * @param password its password
     * @return the data source
     */
    static DataSource dataSource(String url, String user, String password) {
        return new UrlDataSource(url, user, password);
    }
}
