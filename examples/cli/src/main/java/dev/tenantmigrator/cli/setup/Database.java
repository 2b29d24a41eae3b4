package dev.tenantmigrator.cli.setup;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** The connections of a run, and the embedded server when there is one. */
public final class Database implements AutoCloseable {

    /** Where the embedded server keeps its data. */
    public static final String EMBEDDED_DIRECTORY = ".tenant-migrator";

    private static final String PREFIX = "jdbc:postgresql:";
    private static final Pattern SECRET_PARAMETER = Pattern.compile("[?&](?:ssl)?password=([^&]+)");
    /** No password was given; it is wrong; the server refuses the user. */
    private static final Set<String> NOT_AUTHENTICATED = Set.of("08004", "28P01", "28000");

    private final HikariDataSource pool;
    private final Optional<EmbeddedServer> server;

    private Database(HikariDataSource pool, Optional<EmbeddedServer> server) {
        this.pool = pool;
        this.server = server;
    }

    /**
     * Connects to the database that the settings name.
     *
     * @throws CommandException when they name none, or it cannot be reached
     */
    public static Database open(Host host, Settings settings) {
        if (settings.embedded()) {
            Path directory = host.directory().resolve(EMBEDDED_DIRECTORY);
            EmbeddedServer server = EmbeddedServer.start(directory, host.err());
            return new Database(pool(server.url(), new Properties(), settings.parallelism()), Optional.of(server));
        }
        String url = settings.url()
                .orElseThrow(() -> new CommandException("which database? Give --url or TENANT_MIGRATOR_URL (a JDBC URL,"
                        + " " + PREFIX + "//host/database), or --embedded for a server of your own in "
                        + EMBEDDED_DIRECTORY));
        if (!url.startsWith(PREFIX)) {
            throw new CommandException("the URL of the database begins with " + PREFIX);
        }
        Properties login = login(host, settings, url);
        return new Database(pool(url, login, settings.parallelism()), Optional.empty());
    }

    /** Where connections are borrowed. */
    public DataSource dataSource() {
        return pool;
    }

    @Override
    public void close() {
        pool.close();
        server.ifPresent(EmbeddedServer::close);
    }

    /** Tries the login, and asks for a password where one is missing and somebody can be asked. */
    private static Properties login(Host host, Settings settings, String url) {
        Properties login = new Properties();
        settings.user().ifPresent(user -> login.setProperty("user", user));
        Optional<String> password = Optional.ofNullable(host.environment().get("TENANT_MIGRATOR_PASSWORD"))
                .filter(value -> !value.isEmpty());
        password.ifPresent(value -> login.setProperty("password", value));
        Optional<SQLException> refusal = refusal(url, login);
        if (password.isEmpty()
                && host.terminal().isPresent()
                && refusal.filter(e -> NOT_AUTHENTICATED.contains(e.getSQLState())).isPresent()) {
            login.setProperty("password", host.terminal().get().askSecret("Password: "));
            refusal = refusal(url, login);
        }
        refusal.ifPresent(e -> {
            throw new CommandException("cannot connect to the database: " + hidden(e, url, login));
        });
        return login;
    }

    private static Optional<SQLException> refusal(String url, Properties login) {
        try (Connection connection = DriverManager.getConnection(url, login)) {
            return connection.isValid(0) ? Optional.empty() : Optional.of(new SQLException("the connection is closed"));
        } catch (SQLException e) {
            return Optional.of(e);
        }
    }

    /** The driver quotes some URLs; the cause is not kept either, as a stack trace would show it. */
    private static String hidden(SQLException e, String url, Properties login) {
        String text = String.valueOf(e.getMessage()).replace(url, "(the URL)");
        Matcher secrets = SECRET_PARAMETER.matcher(url);
        while (secrets.find()) {
            text = text.replace(secrets.group(1), "***");
        }
        String password = login.getProperty("password", "");
        String state = Optional.ofNullable(e.getSQLState()).map(code -> " [SQLState " + code + "]").orElse("");
        return (password.isEmpty() ? text : text.replace(password, "***")) + state;
    }

    private static HikariDataSource pool(String url, Properties login, int parallelism) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("tenant-migrator");
        config.setJdbcUrl(url);
        config.setDataSourceProperties(login);
        config.setMinimumIdle(0);
        // One more, for a connection on which a command has its own transaction open.
        config.setMaximumPoolSize(parallelism + 1);
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }
}
