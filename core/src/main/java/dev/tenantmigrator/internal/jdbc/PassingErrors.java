package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.util.Set;

/** Errors whose cause may pass: a lock timeout, a deadlock, a serialization failure. Nothing was kept then. */
public final class PassingErrors {

    private static final Set<String> STATES = Set.of("55P03", "40P01", "40001");

    private PassingErrors() {}

    /** Whether another attempt may succeed. */
    public static boolean mayPass(SQLException e) {
        return mayPass(SqlErrors.state(e));
    }

    /** Like {@link #mayPass(SQLException)}, for PostgreSQL's error code. */
    public static boolean mayPass(String sqlState) {
        return STATES.contains(sqlState);
    }

    /**
     * A failure whose statement was not found.
     *
     * @param again the error of the script when it was sent again to find the statement
     */
    public static Failure withoutPlace(Failure failure, SQLException again) {
        return failure.withMessage(
                failure.message() + "; the line is not known, because the script was sent again to find"
                        + " it, and then: " + SqlErrors.message(again));
    }
}
