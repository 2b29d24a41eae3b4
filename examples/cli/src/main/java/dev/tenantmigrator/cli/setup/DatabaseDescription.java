package dev.tenantmigrator.cli.setup;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Where a command looked, for one that found nothing there. */
final class DatabaseDescription {

    private DatabaseDescription() {}

    /** Database, host and user; no option of the URL, which can be a secret. */
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
