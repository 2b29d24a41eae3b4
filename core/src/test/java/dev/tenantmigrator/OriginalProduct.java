package dev.tenantmigrator;

import dev.tenantmigrator.internal.backfill.Fingerprint;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.copy.CopyFromStdin;
import dev.tenantmigrator.internal.sql.rules.ScriptReader;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;

/**
 * A product before it had tenants: its files run as they stand into {@code public}, one statement after the other
 * as psql does. For a comparison the schema is given the tenant's name, so that the catalogs are equal row by row without
 * any replacing of names in them; only the text of functions needs that.
 */
final class OriginalProduct implements AutoCloseable {

    /**
     * The value of a column in rows older than it: PostgreSQL drops it when it rewrites the table, and some values are times.
     */
    private static final Pattern MISSING_VALUES =
            Pattern.compile("\"atthasmissing\": \\w+, \"attmissingval\": (?:null|\\[.*?])");

    private final TestDatabase database;
    private String schema = "public";

    /**
     * @param database where, closed with this
     * @param login who runs the files
     * @param setup makes what is shared, e.g. {@code users}
     * @param shared the tables that it makes
     */
    OriginalProduct(TestDatabase database, DataSource login, String setup, List<String> shared, MigrationSource source)
            throws SQLException {
        this.database = database;
        runAsItStands(login, MigrationScript.of("setup.sql", setup));
        for (Migration migration : source.read()) {
            runAsItStands(login, migration.up());
        }
        schema = "moved";
        asSuperuser("ALTER SCHEMA public RENAME TO moved; CREATE SCHEMA public");
        for (String table : shared) {
            asSuperuser("ALTER TABLE moved." + Sql.identifier(table) + " SET SCHEMA public");
        }
        for (String extension : database.values(
                "SELECT extname FROM pg_extension WHERE extnamespace = 'moved'::regnamespace AND extrelocatable")) {
            asSuperuser("ALTER EXTENSION " + Sql.identifier(extension) + " SET SCHEMA public");
        }
    }

    static void runAsItStands(DataSource dataSource, MigrationScript file) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            for (var read : ScriptReader.read(file)) {
                String sql = read.text();
                if (CopyFromStdin.is(read)) {
                    CopyReference.copy(connection, read);
                } else if (sql.regionMatches(true, 0, "SELECT", 0, 6)) {
                    statement.execute(sql);
                } else {
                    // The driver splits what is not in a batch, wrongly for some bodies.
                    statement.addBatch(sql);
                    statement.executeBatch();
                }
            }
        } catch (SQLException e) {
            throw new SQLException(file.location() + ": " + e.getMessage(), e);
        }
    }

    /** The differences of a tenant's structure to the original's. */
    List<String> differencesTo(TestDatabase tenants, String tenant) throws SQLException {
        if (!schema.equals(tenant)) {
            asSuperuser("ALTER SCHEMA " + Sql.identifier(schema) + " RENAME TO " + Sql.identifier(tenant));
            schema = tenant;
        }
        return Fingerprint.differences(structure(database, tenant), structure(tenants, tenant));
    }

    /** The rows of all tables, once the schema has the tenant's name. */
    List<String> rows(String tenant) throws SQLException {
        return rows(database, tenant);
    }

    /** The rows of all tables and sequences of a tenant, without the tracking table. */
    static List<String> rows(TestDatabase database, String tenant) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String table : database.values(
                    "SELECT relname FROM pg_class WHERE relnamespace = ?::text::regnamespace AND relkind IN ('r', 'S', 'm')"
                            + " AND relname !~ '^schema_migrations' ORDER BY relname",
                    Sql.identifier(tenant))) {
                try (ResultSet result = statement.executeQuery(
                        "SELECT row(t.*)::text FROM " + Sql.qualified(tenant, table) + " t ORDER BY 1")) {
                    while (result.next()) {
                        rows.add(table + ": " + result.getString(1));
                    }
                }
            }
        }
        return rows;
    }

    /** The structure of a tenant, without the tracking table, with the owner called {@code owner}. */
    static List<String> structure(TestDatabase database, String tenant) throws SQLException {
        try (Connection connection = database.rawDataSource().getConnection()) {
            connection.setAutoCommit(false);
            Stream<String> lines = Fingerprint.of(connection, tenant).stream();
            connection.rollback();
            return lines.filter(line -> !line.contains("schema_migrations"))
                    .map(line -> line.startsWith("function ") ? withoutSchema(line, tenant) : line)
                    .map(line -> line.replace(database.user(), "owner"))
                    .map(line -> MISSING_VALUES.matcher(line).replaceAll(""))
                    .sorted()
                    .toList();
        }
    }

    /** Lines of function bodies that still speak of {@code public}. */
    static List<String> linesWithPublic(TestDatabase database, String tenant) {
        return database.values(
                "SELECT trim(line) FROM pg_proc, regexp_split_to_table(prosrc, '\n') line"
                        + " WHERE pronamespace = ?::text::regnamespace AND line ~ '\\mpublic\\M' ORDER BY trim(line) COLLATE \"C\"",
                Sql.identifier(tenant));
    }

    /** In code the tenant's schema stands for {@code public}; in a function's search path the shared schema comes after it. */
    private static String withoutSchema(String line, String tenant) {
        return line.replace(Sql.identifier(tenant), "public")
                .replace("\"public\"", "public")
                .replace(tenant, "public")
                .replace("'public', 'public'", "'public'")
                .replace("public, public", "public");
    }

    private void asSuperuser(String sql) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        database.close();
    }
}
