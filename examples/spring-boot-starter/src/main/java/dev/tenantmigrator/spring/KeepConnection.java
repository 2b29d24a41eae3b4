package dev.tenantmigrator.spring;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/**
 * Keeps a connection at SQLState 0A000. HikariCP takes it for the sign of a broken driver and closes the connection; PostgreSQL reports
 * ordinary mistakes with it, such as altering the type of a column under a view. The starter sets it for pools that have no override.
 */
public final class KeepConnection implements SQLExceptionOverride {

    private static final String FEATURE_NOT_SUPPORTED = "0A000";

    /** For the pool, which makes an instance by the class's name. */
    public KeepConnection() {}

    @java.lang.Override
    public Override adjudicate(SQLException e) {
        return FEATURE_NOT_SUPPORTED.equals(e.getSQLState()) ? Override.DO_NOT_EVICT : Override.CONTINUE_EVICT;
    }
}
