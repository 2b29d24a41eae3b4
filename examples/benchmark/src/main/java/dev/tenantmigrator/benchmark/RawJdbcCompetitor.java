package dev.tenantmigrator.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * The lower bound ("floor"): raw JDBC that sends constant text. A write is one round trip: lock, search path, script, tracking
 * row, containment check, commit. A read is one statement for fifty tenants. This competitor handles no errors, checks no
 * earlier state and restores no connection.
 */
final class RawJdbcCompetitor implements Competitor {

    /** Tenants read by one statement. */
    private static final int CHUNK = 50;

    private static final String TRACKING_TABLE = """
            CREATE TABLE schema_migrations (
                id SERIAL PRIMARY KEY,
                version VARCHAR(255) UNIQUE NOT NULL,
                description TEXT,
                applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
                checksum VARCHAR(64)
            );
            """;

    private final DataSource dataSource;
    private final int threads;
    private final String check;
    private final String checkOfCreation;
    private String scripts = "";
    private String newest = "";

    RawJdbcCompetitor(DataSource dataSource, int threads) {
        this(dataSource, threads, resource("containment-check.sql"), resource("containment-check-of-creation.sql"));
    }

    private RawJdbcCompetitor(DataSource dataSource, int threads, String check, String checkOfCreation) {
        this.dataSource = dataSource;
        this.threads = threads;
        this.check = check;
        this.checkOfCreation = checkOfCreation;
    }

    /** Commits without a containment check. */
    static RawJdbcCompetitor withoutContainmentCheck(DataSource dataSource, int threads) {
        return new RawJdbcCompetitor(dataSource, threads, "", "");
    }

    @Override
    public void migrations(List<MigrationScript> all) {
        scripts = all.stream().map(RawJdbcCompetitor::withRow).collect(Collectors.joining());
        newest = withRow(all.get(all.size() - 1));
    }

    @Override
    public void create(List<String> schemas) throws Exception {
        Workers.each(
                threads,
                schemas,
                schema -> send(begin(schema, "CREATE SCHEMA \"" + schema + "\";\n")
                        + TRACKING_TABLE
                        + scripts
                        + end(schema, checkOfCreation)));
    }

    @Override
    public void deployOne(List<String> schemas) throws Exception {
        Workers.each(threads, schemas, schema -> send(begin(schema, "") + newest + end(schema, check)));
    }

    @Override
    public void noop(List<String> schemas) throws Exception {
        read(schemas, "version, applied_at IS NOT NULL, checksum");
    }

    @Override
    public void status(List<String> schemas) throws Exception {
        read(schemas, "id, version, description, applied_at, checksum");
    }

    @Override
    public void verify(List<String> schemas) throws Exception {
        noop(schemas);
    }

    private static String begin(String schema, String creation) {
        return "BEGIN;\nSELECT pg_advisory_xact_lock(hashtext('" + schema + "'));\n" + creation
                + "SET LOCAL search_path TO \"" + schema + "\", public;\n";
    }

    private static String withRow(MigrationScript script) {
        return script.unqualified() + "INSERT INTO schema_migrations (version, description, checksum) VALUES ('"
                + script.version() + "', '" + script.name() + "', '" + checksum(script.text()) + "');\n";
    }

    private static String end(String schema, String check) {
        if (check.isEmpty()) {
            return "COMMIT;\n";
        }
        return "SET LOCAL search_path TO pg_catalog, pg_temp;\n" + check.replace(":tenant", schema) + "COMMIT;\n";
    }

    private void send(String text) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(text);
        }
    }

    private void read(List<String> schemas, String columns) throws Exception {
        Workers.each(threads, Workers.chunks(schemas, CHUNK), chunk -> {
            String query = chunk.stream()
                    .map(schema -> "SELECT '" + schema + "', " + columns + " FROM \"" + schema + "\".schema_migrations")
                    .collect(Collectors.joining(" UNION ALL "));
            fetch(dataSource, query);
        });
    }

    /** Reads the tracking table of a whole fleet with one query. */
    static void readFleetTable(DataSource dataSource) throws SQLException {
        fetch(
                dataSource,
                "SELECT tenant, version, applied_at IS NOT NULL, coalesce(checksum, '')"
                        + " FROM tenant_migrator_fleet.schema_migrations");
    }

    private static void fetch(DataSource dataSource, String query) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            int width = rows.getMetaData().getColumnCount();
            int length = 0;
            while (rows.next()) {
                for (int column = 1; column <= width; column++) {
                    length += rows.getString(column).length();
                }
            }
            if (length == 0) {
                throw new IllegalStateException("the tracking table is empty");
            }
        }
    }

    private static String checksum(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream text = RawJdbcCompetitor.class.getResourceAsStream("/raw-jdbc/" + name)) {
            if (text == null) {
                throw new IllegalStateException("not in this jar: " + name);
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
