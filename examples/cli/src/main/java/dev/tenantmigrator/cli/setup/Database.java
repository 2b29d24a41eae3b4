package dev.tenantmigrator.cli.setup;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The connection pool of a command, and the embedded server if the command uses one. */
public final class Database implements AutoCloseable {

    /** The embedded server's directory, relative to the working directory. */
    public static final String EMBEDDED_DIRECTORY = ".tenant-migrator";

    /** Name of the pool, and {@code application_name} in {@code pg_stat_activity} unless the URL sets another one. */
    private static final String NAME = "tenant-migrator";

    /** Long enough for a slow network; short enough that an operator sees the error and not a hanging command. */
    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(10);

    private static final String PREFIX = "jdbc:postgresql:";
    /** SQLStates of a missing password, a wrong password and a refused user: a password may help. */
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
     * Connects to the database of the settings.
     *
     * @throws CommandException if no database is set, or it cannot be reached
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
                .orElseThrow(() -> new CommandException("no database is set. Give --url or TENANT_MIGRATOR_URL (a JDBC"
                        + " URL, " + PREFIX + "//host/database), or --embedded for a local server in "
                        + EMBEDDED_DIRECTORY));
        PGSimpleDataSource source = login(context, settings, url);
        Optional<DataSource> direct = settings.directUrl().map(directUrl -> sameLogin(source, directUrl));
        return new Database(pool(source, settings.parallelism()), direct, Optional.empty());
    }

    /** The pool. */
    public DataSource dataSource() {
        return pool;
    }

    /** Connections that bypass a pooler such as PgBouncer, if {@code --direct-url} is given. */
    public Optional<DataSource> directDataSource() {
        return direct;
    }

    /** Enlarges the pool for this number of tenants at a time. */
    void allowParallelism(int tenants) {
        pool.setMaximumPoolSize(Math.max(pool.getMaximumPoolSize(), connections(tenants)));
    }

    @Override
    public void close() {
        pool.close();
        server.ifPresent(EmbeddedServer::close);
    }

    /** Tests the login; asks for a password if the server wants one, none is set and there is a terminal. */
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

    /** Drops the driver's message for a malformed URL: it quotes the URL, which can hold a password. */
    private static PGSimpleDataSource source(String option, String url) {
        if (url.matches("(?s)" + PREFIX + "//[^/?]*@.*")) {
            throw new CommandException(
                    option + " has no room for a user and a password before the host: give --user and"
                            + " TENANT_MIGRATOR_PASSWORD");
        }
        try {
            PGSimpleDataSource source = new PGSimpleDataSource();
            String unnamed = String.valueOf(source.getApplicationName());
            source.setUrl(url);
            if (unnamed.equals(source.getApplicationName())) {
                source.setApplicationName(NAME);
            }
            return source;
        } catch (IllegalArgumentException e) {
            throw new CommandException(option + " must have the form " + PREFIX + "//host:port/database?option=value");
        }
    }

    private static Optional<SQLException> refusal(PGSimpleDataSource source) {
        try (Connection connection = source.getConnection()) {
            return connection.isValid(0) ? Optional.empty() : Optional.of(new SQLException("the connection is closed"));
        } catch (SQLException e) {
            return Optional.of(e);
        }
    }

    /** Removes the URL and the password from the driver's message. The cause is dropped, because it holds them too. */
    private static String hidden(SQLException e, String url, PGSimpleDataSource source) {
        String text = String.valueOf(e.getMessage()).replace(url, "(the URL)");
        String password = Optional.ofNullable(source.getPassword()).orElse("");
        String state = Optional.ofNullable(e.getSQLState())
                .map(code -> " [SQLState " + code + "]")
                .orElse("");
        return (password.isEmpty() ? text : starred(text, password)) + state;
    }

    /** Replaces a secret as a whole token: a short one is also a part of ordinary words, which would then tell it. */
    static String starred(String text, String secret) {
        String word = "[\\p{L}\\p{N}_]";
        String before = secret.matches("(?s)" + word + ".*") ? "(?<!" + word + ")" : "";
        String after = secret.matches("(?s).*" + word) ? "(?!" + word + ")" : "";
        return text.replaceAll(before + Pattern.quote(secret) + after, "***");
    }

    private static HikariDataSource pool(PGSimpleDataSource source, int parallelism) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(NAME);
        config.setConnectionTimeout(CONNECTION_TIMEOUT.toMillis());
        config.setDataSource(source);
        config.setMinimumIdle(0);
        config.setMaximumPoolSize(connections(parallelism));
        config.setInitializationFailTimeout(-1);
        config.setExceptionOverrideClassName(KeepConnection.class.getName());
        return new HikariDataSource(config);
    }

    /** One more than the tenants at a time: {@code register} keeps a transaction open on a connection of its own. */
    private static int connections(int parallelism) {
        return parallelism + 1;
    }
}
