package dev.tenantmigrator.registration;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/**
 * Keeps a connection at SQLState 0A000. HikariCP takes it for the sign of a broken driver and closes the connection; PostgreSQL
 * reports ordinary mistakes with it, such as altering the type of a column under a view.
 */
public final class KeepConnection implements SQLExceptionOverride {

    private static final String FEATURE_NOT_SUPPORTED = "0A000";

    @java.lang.Override
    public Override adjudicate(SQLException e) {
        return FEATURE_NOT_SUPPORTED.equals(e.getSQLState()) ? Override.DO_NOT_EVICT : Override.CONTINUE_EVICT;
    }
}
