package dev.tenantmigrator.spring.routing;

import dev.tenantmigrator.spring.routing.TenantContext.Scope;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool's connection that is in one schema until it goes back. It stays with the tenant that it was borrowed for: a statement is refused
 * while another one is current. What is different with and without a pooler is in the {@link PathMode}.
 */
final class RoutedConnection implements InvocationHandler {

    private static final Logger LOG = LoggerFactory.getLogger(RoutedConnection.class);
    private static final String CONNECTION_DOES_NOT_EXIST = "08003";
    static final String INVALID_TRANSACTION_STATE = "25000";

    private final Connection target;
    private final Scope scope;
    private final PathMode mode;
    private final AtomicBoolean closed = new AtomicBoolean();

    private RoutedConnection(Connection target, Scope scope, PathMode mode) {
        this.target = target;
        this.scope = scope;
        this.mode = mode;
    }

    /** Sets the path for as long as the connection is out. */
    static Connection perSession(Connection target, Scope scope, String first, String path) throws SQLException {
        return open(target, scope, new PathMode.PerSession(target, scope, first, path));
    }

    /** Sets the path at the start of each transaction, and lets nothing run outside of one. */
    static Connection perTransaction(Connection target, Scope scope, String first, String path) throws SQLException {
        return open(target, scope, new PathMode.PerTransaction(target, scope, first, path));
    }

    private static Connection open(Connection target, Scope scope, PathMode mode) throws SQLException {
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
}
