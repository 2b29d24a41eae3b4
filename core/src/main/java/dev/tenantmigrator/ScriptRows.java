package dev.tenantmigrator;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Receives the rows of a script's queries; see {@link TenantMigrator#runScript}. */
@FunctionalInterface
public interface ScriptRows {

    /** Drops all rows. */
    ScriptRows NONE = (schema, statement, rows) -> {};

    /**
     * Receives the rows of one statement in one tenant, before the transaction ends. With several workers it is called by several
     * threads at once, each for another tenant. A tenant that fails may have sent rows, and another attempt sends them again.
     *
     * @param schema the tenant
     * @param statement the number of the statement among those that are sent, from 1; {@code COPY} is sent as several
     * @param rows the rows, all of them in memory, before the first one; they end with the call
     * @throws SQLException fails this tenant, in which nothing is kept; so does any other exception
     */
    void accept(String schema, int statement, ResultSet rows) throws SQLException;
}
