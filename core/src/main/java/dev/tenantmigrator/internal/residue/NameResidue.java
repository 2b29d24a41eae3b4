package dev.tenantmigrator.internal.residue;

import dev.tenantmigrator.internal.jdbc.Pipeline;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Placeholder until the real search is merged. */
public final class NameResidue {

    private NameResidue() {}

    public record Place(String object, boolean adaptable) {}

    public static List<Place> inDefinitions(Connection connection, String schema) throws SQLException {
        return List.of();
    }

    public static List<Place> inData(Connection connection, String schema) throws SQLException {
        return List.of();
    }

    public static Pipeline adaptFunctions(Connection connection, String schema, String newSchema) throws SQLException {
        return new Pipeline();
    }
}
