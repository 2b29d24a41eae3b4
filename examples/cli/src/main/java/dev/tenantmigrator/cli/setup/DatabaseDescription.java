package dev.tenantmigrator.cli.setup;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Names a database for the message that it has no tenants. */
final class DatabaseDescription {

    private DatabaseDescription() {}

    /** Database, host and user. The URL's options are left out, because they can hold a password. */
    static String of(DataSource dataSource) {
        try (Connection connection = dataSource.getConnection()) {
            DatabaseMetaData server = connection.getMetaData();
            String host = server.getURL()
                    .replaceFirst("\\?.*", "")
                    .replaceFirst("^[^/]*//", "")
                    .replaceFirst("/.*", "");
            return "database " + connection.getCatalog() + " at " + host.replaceFirst(".*@", "") + " as "
                    + server.getUserName();
        } catch (SQLException e) {
            return "the database";
        }
    }
}
