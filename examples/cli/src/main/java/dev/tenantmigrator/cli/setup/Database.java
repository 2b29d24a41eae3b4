package dev.tenantmigrator.cli.setup;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The connections of a run, and the embedded server when there is one. */
public final class Database implements AutoCloseable {

    /** Where the embedded server keeps its data. */
    public static final String EMBEDDED_DIRECTORY = ".tenant-migrator";

    /** Of the pool, and of connections in {@code pg_stat_activity} unless the URL says another. */
    private static final String NAME = "tenant-migrator";

    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(10);
    private static final String PREFIX = "jdbc:postgresql:";
    /** No password was given; it is wrong; the server refuses the user. */
    private static final Set<String> NOT_AUTHENTICATED = Set.of("08004", "28P01", "28000");

    private final HikariDataSource pool;
    private final Optional<DataSource> direct;
    private final Optional<EmbeddedServer> server;

    private Database(HikariDataSource pool, Optional<DataSource> direct, Optional<EmbeddedServer> server) {
        this.pool = pool;
        this.direct = direct;
        this.server = server;
    }

    /**
     * Connects to the database that the settings name.
     *
     * @throws CommandException when they name none, or it cannot be reached
     */
    public static Database open(CliContext context, CliSettings settings) {
        if (settings.embedded()) {
            Path directory = context.directory().resolve(EMBEDDED_DIRECTORY);
            EmbeddedServer server = EmbeddedServer.start(directory, context.err());
            PGSimpleDataSource source = source("--embedded", server.url());
            source.setUser(server.user());
            source.setPassword(server.password());
            return new Database(pool(source, settings.parallelism()), Optional.empty(), Optional.of(server));
        }
        String url = settings.url()
                .orElseThrow(() -> new CommandException("which database? Give --url or TENANT_MIGRATOR_URL (a JDBC URL,"
                        + " " + PREFIX + "//host/database), or --embedded for a server of your own in "
                        + EMBEDDED_DIRECTORY));
        PGSimpleDataSource source = login(context, settings, url);
        Optional<DataSource> direct = settings.directUrl().map(directUrl -> sameLogin(source, directUrl));
        return new Database(pool(source, settings.parallelism()), direct, Optional.empty());
    }

    /** Where connections are borrowed. */
    public DataSource dataSource() {
        return pool;
    }

    /** Where connections without a pooler between are borrowed, when such a way was given. */
    public Optional<DataSource> directDataSource() {
        return direct;
    }

    /** Lets as many tenants be worked on at a time. */
    void provideFor(int tenants) {
        pool.setMaximumPoolSize(Math.max(pool.getMaximumPoolSize(), connections(tenants)));
    }

    @Override
    public void close() {
        pool.close();
        server.ifPresent(EmbeddedServer::close);
    }

    /** Tries the login, and asks for a password where one is missing and somebody can be asked. */
    private static PGSimpleDataSource login(CliContext context, CliSettings settings, String url) {
        PGSimpleDataSource source = source("--url", url);
        settings.user().ifPresent(source::setUser);
        Optional.ofNullable(context.environment().get("TENANT_MIGRATOR_PASSWORD"))
                .filter(password -> !password.isEmpty())
                .ifPresent(source::setPassword);
        Optional<SQLException> refusal = refusal(source);
        if (source.getPassword() == null
                && context.terminal().isPresent()
                && refusal.filter(e -> NOT_AUTHENTICATED.contains(e.getSQLState()))
                        .isPresent()) {
            source.setPassword(context.terminal().get().askSecret("Password: "));
            refusal = refusal(source);
        }
        refusal.ifPresent(e -> {
            throw new CommandException("cannot connect to the database of --url: " + hidden(e, url, source));
        });
        return source;
    }

    private static DataSource sameLogin(PGSimpleDataSource login, String url) {
        PGSimpleDataSource direct = source("--direct-url", url);
        if (direct.getUser() == null) {
            direct.setUser(login.getUser());
        }
        if (direct.getPassword() == null) {
            direct.setPassword(login.getPassword());
        }
        return direct;
    }

    /** The reason why a URL is none is not told: it would quote it. */
    private static PGSimpleDataSource source(String option, String url) {
        try {
            PGSimpleDataSource source = new PGSimpleDataSource();
            String unnamed = String.valueOf(source.getApplicationName());
            source.setUrl(url);
            if (unnamed.equals(source.getApplicationName())) {
                source.setApplicationName(NAME);
            }
            return source;
        } catch (IllegalArgumentException e) {
            throw new CommandException(option + " is not of the form " + PREFIX + "//host:port/database?option=value");
        }
    }

    private static Optional<SQLException> refusal(PGSimpleDataSource source) {
        try (Connection connection = source.getConnection()) {
            return connection.isValid(0) ? Optional.empty() : Optional.of(new SQLException("the connection is closed"));
        } catch (SQLException e) {
            return Optional.of(e);
        }
    }

    /** The driver quotes some URLs; the cause is not kept either, as a stack trace would show it. */
    private static String hidden(SQLException e, String url, PGSimpleDataSource source) {
        String text = String.valueOf(e.getMessage()).replace(url, "(the URL)");
        String password = Optional.ofNullable(source.getPassword()).orElse("");
        String state = Optional.ofNullable(e.getSQLState())
                .map(code -> " [SQLState " + code + "]")
                .orElse("");
        return (password.isEmpty() ? text : text.replace(password, "***")) + state;
    }

    private static HikariDataSource pool(PGSimpleDataSource source, int parallelism) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(NAME);
        config.setConnectionTimeout(CONNECTION_TIMEOUT.toMillis());
        config.setDataSource(source);
        config.setMinimumIdle(0);
        config.setMaximumPoolSize(connections(parallelism));
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }

    /** One more, for a connection on which a command has its own transaction open. */
    private static int connections(int parallelism) {
        return parallelism + 1;
    }
}
