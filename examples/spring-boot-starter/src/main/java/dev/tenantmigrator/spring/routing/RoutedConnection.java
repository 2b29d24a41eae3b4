package dev.tenantmigrator.spring.routing;

import dev.tenantmigrator.spring.routing.TenantContext.Scope;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool's connection that is in one schema until it goes back. It stays with the tenant that it was borrowed for: a statement is refused
 * while another one is current. What is different with and without a pooler is in the {@link Mode}.
 */
final class RoutedConnection implements InvocationHandler {

    private static final Logger LOG = LoggerFactory.getLogger(RoutedConnection.class);
    private static final String CONNECTION_DOES_NOT_EXIST = "08003";
    private static final String NO_ACTIVE_TRANSACTION = "25P01";
    private static final String INVALID_TRANSACTION_STATE = "25000";

    private static final Pattern QUOTED = Pattern.compile(
            "'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\\n]*|/\\*.*?\\*/|\\$([a-zA-Z_]*)\\$.*?\\$\\1\\$", Pattern.DOTALL);

    /** At the beginning of a text or of a later statement; {@code ROLLBACK TO} a savepoint stays in the transaction. */
    private static final Pattern ENDS_TRANSACTION = Pattern.compile(
            "(?i)(?:^|;)\\s*(?:BEGIN|START\\s+TRANSACTION|COMMIT|END|ABORT|ROLLBACK(?!\\s+(?:(?:WORK|TRANSACTION)\\s+)?TO\\b))\\s*"
                    + "(?:;|$|(?:WORK|TRANSACTION|AND|PREPARED|ISOLATION|READ|NOT|DEFERRABLE)\\b)");

    private final Connection target;
    private final Scope scope;
    private final Mode mode;
    private final AtomicBoolean closed = new AtomicBoolean();

    private RoutedConnection(Connection target, Scope scope, Mode mode) {
        this.target = target;
        this.scope = scope;
        this.mode = mode;
    }

    /** Sets the path for as long as the connection is out. */
    static Connection perSession(Connection target, Scope scope, String first, String path) throws SQLException {
        return open(target, scope, new PerSession(target, scope, first, path));
    }

    /** Sets the path at the start of each transaction, and lets nothing run outside of one. */
    static Connection perTransaction(Connection target, Scope scope, String first, String path) throws SQLException {
        return open(target, scope, new PerTransaction(target, scope, first, path));
    }

    private static Connection open(Connection target, Scope scope, Mode mode) throws SQLException {
        RoutedConnection routed = new RoutedConnection(target, scope, mode);
        try {
            mode.begin();
        } catch (SQLException | RuntimeException e) {
            routed.giveBack();
            throw e;
        }
        return proxy(Connection.class, routed);
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        Object[] values = arguments == null ? new Object[0] : arguments;
        return switch (method.getName()) {
            case "equals" -> proxy == values[0];
            case "hashCode" -> System.identityHashCode(proxy);
            case "toString" -> "Connection in " + scope + " of " + target;
            case "close" -> {
                giveBack();
                yield null;
            }
            case "isClosed" -> closed.get() || target.isClosed();
            case "isValid" -> !closed.get() && target.isValid((Integer) values[0]);
            default -> {
                requireOpen();
                yield invokeOpen((Connection) proxy, method, values);
            }
        };
    }

    private @Nullable Object invokeOpen(Connection proxy, Method method, Object[] values) throws Throwable {
        return switch (method.getName()) {
            case "isWrapperFor" ->
                ((Class<?>) values[0]).isInstance(proxy) || target.isWrapperFor((Class<?>) values[0]);
            case "unwrap" -> {
                if (((Class<?>) values[0]).isInstance(proxy)) {
                    yield proxy;
                }
                beforeStatement();
                yield call(target, method, values);
            }
            case "setSchema" ->
                throw new SQLFeatureNotSupportedException("the connection is in " + scope
                        + ": use TenantContext for another tenant, instead of setSchema [" + scope + "]");
            case "getMetaData" ->
                proxy(DatabaseMetaData.class, of(target.getMetaData(), proxy, RoutedConnection::asksServer));
            case "setSavepoint" -> {
                // Rolling back to one that came before SET LOCAL would undo that.
                beforeStatement();
                yield call(target, method, values);
            }
            case "createStatement", "prepareStatement", "prepareCall" -> {
                checkScope();
                checkText(values);
                yield proxy(
                        method.getReturnType(),
                        of(call(target, method, values), proxy, RoutedConnection::sendsStatement));
            }
            case "commit", "rollback", "setAutoCommit" -> {
                mode.transactionEnds();
                yield call(target, method, values);
            }
            // The driver may ask the server.
            case "getSchema",
                    "getCatalog",
                    "setCatalog",
                    "createArrayOf",
                    "createStruct",
                    "setTransactionIsolation" -> {
                beforeCallInTransaction();
                yield call(target, method, values);
            }
            default -> call(target, method, values);
        };
    }

    /** The driver has the server describe a statement. */
    private static boolean sendsStatement(String method) {
        return method.startsWith("execute") || method.equals("getMetaData") || method.equals("getParameterMetaData");
    }

    private static boolean asksServer(String method) {
        return !method.equals("unwrap")
                && !method.equals("isWrapperFor")
                && !method.equals("hashCode")
                && !method.equals("toString");
    }

    /**
     * An object of the target whose {@code getConnection} is the routed connection, so that closing that one resets it.
     *
     * @param sends the methods that send SQL
     */
    private InvocationHandler of(@Nullable Object object, Connection connection, Predicate<String> sends) {
        return (proxy, method, arguments) -> {
            Object[] values = arguments == null ? new Object[0] : arguments;
            String name = method.getName();
            if (name.equals("getConnection")) {
                return connection;
            }
            if (name.equals("equals")) {
                return proxy == values[0];
            }
            if (sends.test(name)) {
                requireOpen();
                if (proxy instanceof Statement) {
                    checkText(values);
                    beforeStatement();
                } else {
                    beforeCallInTransaction();
                }
            }
            Object result = call(object, method, values);
            return result instanceof ResultSet rows && proxy instanceof Statement statement
                    ? proxy(ResultSet.class, of(rows, statement))
                    : result;
        };
    }

    /** Rows whose statement is the routed one. */
    private static InvocationHandler of(ResultSet rows, Statement statement) {
        return (proxy, method, arguments) -> {
            Object[] values = arguments == null ? new Object[0] : arguments;
            return switch (method.getName()) {
                case "getStatement" -> statement;
                case "equals" -> proxy == values[0];
                default -> call(rows, method, values);
            };
        };
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(RoutedConnection.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static @Nullable Object call(@Nullable Object target, Method method, Object[] values) throws Throwable {
        try {
            return method.invoke(target, values);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private void requireOpen() throws SQLException {
        if (closed.get()) {
            throw new SQLException("the connection is closed", CONNECTION_DOES_NOT_EXIST);
        }
    }

    private void checkText(Object[] values) throws SQLException {
        if (values.length > 0 && values[0] instanceof String sql) {
            mode.checkText(sql);
        }
    }

    /** Before a call that may begin a transaction; outside of one it may be made. */
    private void beforeCallInTransaction() throws SQLException {
        if (!target.getAutoCommit()) {
            beforeStatement();
        }
    }

    private void beforeStatement() throws SQLException {
        checkScope();
        mode.beforeStatement();
    }

    /** A thread without a tenant may go on with a connection that it was given. */
    private void checkScope() throws SQLException {
        Scope current = TenantContext.scope();
        if (current != null && !current.equals(scope)) {
            throw new SQLException(
                    "The connection is in " + scope + ", but current is " + current
                            + ". A transaction belongs to one tenant: begin"
                            + " another one for the second tenant, e.g. with Propagation.REQUIRES_NEW [" + scope + "]",
                    INVALID_TRANSACTION_STATE);
        }
    }

    private void giveBack() throws SQLException {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (!target.isClosed()) {
            try {
                mode.end();
            } catch (SQLException | RuntimeException e) {
                // The work is done; the next borrower gets another connection.
                LOG.warn(
                        "The connection in {} could not be reset and was closed: {}",
                        scope,
                        e instanceof SQLException sql
                                ? "SQLState " + sql.getSQLState()
                                : e.getClass().getName());
                LOG.debug("The reason", e);
                closeForGood();
                return;
            }
        }
        target.close();
    }

    private void closeForGood() {
        try {
            target.abort(Runnable::run);
        } catch (SQLException | RuntimeException e) {
            LOG.debug("A connection that is given up cannot be aborted", e);
        }
        try {
            target.close();
        } catch (SQLException | RuntimeException e) {
            LOG.debug("A connection that was aborted cannot be closed", e);
        }
    }

    /** The driver refuses the call in a transaction, and sends nothing otherwise. */
    private static boolean inTransaction(Connection connection) throws SQLException {
        boolean readOnly = connection.isReadOnly();
        try {
            connection.setReadOnly(readOnly);
            return false;
        } catch (SQLException e) {
            return true;
        }
    }

    /** Ends what the borrower began, also a transaction that failed. */
    private static void rollBack(Connection connection) throws SQLException {
        if (!connection.getAutoCommit()) {
            connection.rollback();
            connection.setAutoCommit(true);
        }
        if (inTransaction(connection)) {
            throw new SQLException("a transaction was begun by a statement's text", INVALID_TRANSACTION_STATE);
        }
    }

    /** PostgreSQL ignores schemas that do not exist, and a table would be made, or found, in the shared schema. */
    private static void checkFirst(ResultSet current, Scope scope, String first) throws SQLException {
        current.next();
        if (!first.equals(current.getString(1))) {
            throw TenantRoutingDataSource.unknown(scope);
        }
    }

    /** When the path is set and reset. */
    private interface Mode {

        void begin() throws SQLException;

        void beforeStatement() throws SQLException;

        default void checkText(String sql) throws SQLException {}

        default void transactionEnds() {}

        void end() throws SQLException;
    }

    /** One round trip when the connection is borrowed, and one when it goes back. */
    private static final class PerSession implements Mode {

        private final Connection target;
        private final Scope scope;
        private final String first;
        private final String path;
        private boolean autoCommit;
        private @Nullable String lentPath;
        private @Nullable String lentRole;

        PerSession(Connection target, Scope scope, String first, String path) {
            this.target = target;
            this.scope = scope;
            this.first = first;
            this.path = path;
        }

        @Override
        public void begin() throws SQLException {
            autoCommit = target.getAutoCommit();
            if (!autoCommit) {
                target.setAutoCommit(true);
            }
            try (Statement statement = target.createStatement()) {
                statement.setEscapeProcessing(false);
                // The driver drops its prepared statements when it sees SET with a new path.
                statement.execute("SELECT pg_catalog.current_setting('search_path'),"
                        + " pg_catalog.concat(session_user, ' ', pg_catalog.current_setting('role'));"
                        + " SET search_path TO " + path + "; SELECT pg_catalog.current_schema()");
                try (ResultSet lent = statement.getResultSet()) {
                    lent.next();
                    lentPath = lent.getString(1);
                    lentRole = lent.getString(2);
                }
                statement.getMoreResults();
                statement.getMoreResults();
                try (ResultSet current = statement.getResultSet()) {
                    checkFirst(current, scope, first);
                }
            }
            if (!autoCommit) {
                target.setAutoCommit(false);
            }
        }

        @Override
        public void beforeStatement() {
            // The path is set.
        }

        @Override
        public void end() throws SQLException {
            rollBack(target);
            if (lentPath == null) {
                throw new SQLException("the path was not read", INVALID_TRANSACTION_STATE);
            }
            try (PreparedStatement statement = target.prepareStatement(
                    "SELECT pg_catalog.set_config('search_path', ?, false),"
                            + " pg_catalog.concat(session_user, ' ', pg_catalog.current_setting('role')); DISCARD TEMP; DISCARD SEQUENCES; CLOSE ALL")) {
                statement.setString(1, lentPath);
                statement.execute();
                try (ResultSet row = statement.getResultSet()) {
                    row.next();
                    if (!row.getString(2).equals(lentRole)) {
                        throw new SQLException("the role was changed", INVALID_TRANSACTION_STATE);
                    }
                }
            }
            if (!autoCommit) {
                target.setAutoCommit(false);
            }
        }
    }

    /** One round trip more for each transaction. */
    private static final class PerTransaction implements Mode {

        private final Connection target;
        private final Scope scope;
        private final String first;
        private final String path;
        private final boolean autoCommit;
        private boolean pathSet;

        PerTransaction(Connection target, Scope scope, String first, String path) throws SQLException {
            this.target = target;
            this.scope = scope;
            this.first = first;
            this.path = path;
            this.autoCommit = target.getAutoCommit();
        }

        @Override
        public void begin() {
            // The first statement of a transaction sets the path.
        }

        @Override
        public void beforeStatement() throws SQLException {
            if (target.getAutoCommit()) {
                throw new SQLException(
                        "Statements outside of a transaction are refused, because a pooler in transaction mode could run them in"
                                + " another schema: use @Transactional or setAutoCommit(false)"
                                + " (tenant-migrator.routing.transaction-pooler) [" + scope + "]",
                        NO_ACTIVE_TRANSACTION);
            }
            // The driver may have begun a transaction by itself, for a question of its own.
            if (pathSet && inTransaction(target)) {
                return;
            }
            try (Statement statement = target.createStatement()) {
                statement.setEscapeProcessing(false);
                statement.execute("SET LOCAL search_path TO " + path + "; SELECT pg_catalog.current_schema()");
                statement.getMoreResults();
                try (ResultSet current = statement.getResultSet()) {
                    checkFirst(current, scope, first);
                }
                pathSet = true;
            } catch (SQLException | RuntimeException e) {
                target.rollback();
                throw e;
            }
        }

        /** The path would be gone in the transaction that such a statement begins, or that the next one finds. */
        @Override
        public void checkText(String sql) throws SQLException {
            if (ENDS_TRANSACTION.matcher(QUOTED.matcher(sql).replaceAll(" ")).find()) {
                throw new SQLException(
                        "A transaction is begun and ended by the methods of the connection, or by @Transactional, not by a statement"
                                + " (tenant-migrator.routing.transaction-pooler) [" + scope + "]",
                        INVALID_TRANSACTION_STATE);
            }
        }

        @Override
        public void transactionEnds() {
            pathSet = false;
        }

        @Override
        public void end() throws SQLException {
            rollBack(target);
            if (!autoCommit) {
                target.setAutoCommit(false);
            }
        }
    }
}
