package dev.tenantmigrator.support;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.postgresql.core.BaseConnection;

/**
 * Lends the connections of another data source and remembers which were not given back, or were given back with an open
 * transaction or another {@linkplain ConnectionState state} than at hand-out.
 *
 * <p>An aborted connection counts as given back, as does one that died. Thread-safe.
 */
public final class LeakCheckingDataSource implements DataSource {

    private final DataSource delegate;
    private final Runnable discardIdle;
    private final Set<Loan> open = ConcurrentHashMap.newKeySet();
    private final Queue<AssertionError> faults = new ConcurrentLinkedQueue<>();

    /** The state of idle connections that only checked borrowers have used, so that it need not be asked for again. */
    private final Map<BaseConnection, ConnectionState> known = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * @param delegate whose connections are lent
     * @param discardIdle closes the idle connections of that pool, so that a changed one is not lent again
     */
    public LeakCheckingDataSource(DataSource delegate, Runnable discardIdle) {
        this.delegate = delegate;
        this.discardIdle = discardIdle;
    }

    /** Fails if a connection is still out, or one came back changed since the last call; then forgets all of it. */
    public void assertNoLeaks() {
        for (Loan loan : open) {
            faults.add(loan.fault("a connection was not closed"));
            loan.drop();
        }
        List<AssertionError> found = new ArrayList<>();
        for (AssertionError fault = faults.poll(); fault != null; fault = faults.poll()) {
            found.add(fault);
        }
        if (!found.isEmpty()) {
            AssertionError first = found.remove(0);
            found.forEach(first::addSuppressed);
            throw first;
        }
    }

    @Override
    public Connection getConnection() throws SQLException {
        return lend(delegate.getConnection());
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return lend(delegate.getConnection(username, password));
    }

    /** The connections of the delegate, not checked: a borrower may leave one changed. */
    DataSource unchecked() {
        return (DataSource) Proxy.newProxyInstance(
                LeakCheckingDataSource.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(delegate, arguments);
                        if (result instanceof Connection connection) {
                            known.remove(connection.unwrap(BaseConnection.class));
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private Connection lend(Connection connection) throws SQLException {
        ConnectionState state = known.remove(connection.unwrap(BaseConnection.class));
        Loan loan = new Loan(connection, state == null ? ConnectionState.of(connection) : state);
        open.add(loan);
        return (Connection) Proxy.newProxyInstance(
                LeakCheckingDataSource.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> loan.invoke(proxy, method, arguments));
    }

    private final class Loan {
        private final Connection connection;
        private final ConnectionState lent;
        private final Throwable borrower = new Throwable("lent here");

        Loan(Connection connection, ConnectionState lent) {
            this.connection = connection;
            this.lent = lent;
        }

        Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            switch (method.getName()) {
                case "close" -> {
                    giveBack();
                    return null;
                }
                case "abort" -> {
                    connection.abort((Executor) arguments[0]);
                    drop();
                    return null;
                }
                case "equals" -> {
                    return proxy == arguments[0];
                }
                case "hashCode" -> {
                    return System.identityHashCode(proxy);
                }
                default -> {
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }
            }
        }

        private void giveBack() throws SQLException {
            if (!open.remove(this)) {
                return;
            }
            String changes = changes();
            if (changes.isEmpty()) {
                if (!connection.isClosed()) {
                    known.put(connection.unwrap(BaseConnection.class), lent);
                }
                connection.close();
            } else {
                faults.add(fault("a connection came back changed: " + changes));
                drop();
            }
        }

        private String changes() {
            try {
                return connection.isClosed() ? "" : lent.changesTo(connection);
            } catch (SQLException e) {
                return ConnectionState.isDead(e) ? "" : "it cannot be asked for its state: " + e.getMessage();
            }
        }

        private void drop() {
            open.remove(this);
            try {
                connection.close();
            } catch (SQLException e) {
                borrower.addSuppressed(e);
            }
            discardIdle.run();
        }

        private AssertionError fault(String message) {
            return new AssertionError(message, borrower);
        }
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return delegate.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        delegate.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        delegate.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return delegate.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger(Logger.GLOBAL_LOGGER_NAME);
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return delegate.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return delegate.isWrapperFor(type);
    }
}
