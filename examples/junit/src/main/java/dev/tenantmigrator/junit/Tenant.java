package dev.tenantmigrator.junit;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The tenant of a test. Thread-safe, except for {@link #connection()}. */
public interface Tenant {

    /**
     * The tenant's schema.
     *
     * @return the name
     */
    String schema();

    /**
     * Lends connections whose search path is the tenant's schema, then the shared one. A connection that is open at the end of the test
     * is rolled back and closed.
     *
     * @return the data source, for the code under test
     */
    DataSource dataSource();

    /**
     * A connection of {@link #dataSource()}, for the test itself. It is closed at the end of the test.
     *
     * @return in one test always the same connection
     * @throws SQLException when there is none
     */
    Connection connection() throws SQLException;
}
