package dev.tenantmigrator.internal.tracking;

import java.sql.Connection;
import java.sql.SQLException;

/** Reads the tenants that a run is about. */
@FunctionalInterface
public interface Reading {

    /** Reads them. */
    FleetReader.Fleet read(FleetReader reader, Connection connection) throws SQLException;

    /** All tenants. */
    static Reading all() {
        return FleetReader::readAll;
    }

    /** One tenant. */
    static Reading one(String schema) {
        return (reader, connection) -> reader.readOne(connection, schema);
    }
}
