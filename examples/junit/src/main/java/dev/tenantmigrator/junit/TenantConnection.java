package dev.tenantmigrator.junit;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Optional;
import java.util.function.Consumer;

/** A borrowed connection with a tenant's search path, which goes back as it came. */
class TenantConnection implements InvocationHandler {

    final Connection connection;
    private final boolean autoCommit;
    private final String searchPath;
    private final Consumer<TenantConnection> closed;
    private boolean open = true;

    /**
     * Takes a borrowed connection over; closes it when it cannot be prepared.
     *
     * @param path the search path, as SQL
     * @param closed runs once, after the connection has gone back
     */
    TenantConnection(Connection connection, String path, Consumer<TenantConnection> closed) throws SQLException {
        this.connection = connection;
        this.closed = closed;
        try {
            this.autoCommit = connection.getAutoCommit();
            try (Statement statement = connection.createStatement()) {
                try (ResultSet row = statement.executeQuery("SHOW search_path")) {
                    row.next();
                    this.searchPath = row.getString(1);
                }
                statement.execute("SET search_path TO " + path);
            }
            if (!autoCommit) {
                connection.commit();
            }
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** The connection for the test. */
    Connection lent() {
        return (Connection) Proxy.newProxyInstance(
                TenantConnection.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
    }

    @Override
    @SuppressWarnings("NullAway") // A method without result returns null.
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        return switch (method.getName()) {
            case "close" -> {
                close();
                yield null;
            }
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> invoke(method, arguments);
        };
    }

    Object invoke(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    void close() throws SQLException {
        giveBack();
    }

    /** Rolls back what is open, and closes the connection, for good if it cannot be brought back. */
    final synchronized void giveBack() throws SQLException {
        if (!open) {
            return;
        }
        open = false;
        try {
            if (!connection.isClosed()) {
                restore();
            }
        } catch (SQLException e) {
            connection.abort(Runnable::run);
        } finally {
            connection.close();
            closed.accept(this);
        }
    }

    private void restore() throws SQLException {
        // Also ends a transaction that was begun by a statement.
        try (Statement statement = connection.createStatement()) {
            statement.execute("ROLLBACK");
        }
        if (!connection.getAutoCommit()) {
            connection.setAutoCommit(true);
        }
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT pg_catalog.set_config('search_path', ?, false)")) {
            statement.setString(1, searchPath);
            statement.execute();
        }
        connection.setAutoCommit(autoCommit);
    }

    /** The connection of a test whose changes are rolled back: neither commits nor closes. */
    static final class RolledBack extends TenantConnection {

        private boolean autoCommit = true;
        private Optional<Savepoint> savepoint = Optional.empty();

        RolledBack(Connection connection, String path) throws SQLException {
            super(connection, path, ended -> {});
            connection.setAutoCommit(false);
        }

        @Override
        @SuppressWarnings("NullAway") // A method without result returns null.
        Object invoke(Method method, Object[] arguments) throws Throwable {
            switch (method.getName()) {
                case "getAutoCommit" -> {
                    return autoCommit;
                }
                case "setAutoCommit" -> {
                    autoCommit = (Boolean) arguments[0];
                    savepoint = Optional.of(connection.setSavepoint());
                }
                case "commit" -> savepoint = Optional.of(connection.setSavepoint());
                case "rollback" -> rollBack(arguments == null ? savepoint : Optional.of((Savepoint) arguments[0]));
                case "abort" -> {}
                default -> {
                    return super.invoke(method, arguments);
                }
            }
            return null;
        }

        private void rollBack(Optional<Savepoint> to) throws SQLException {
            if (to.isPresent()) {
                connection.rollback(to.get());
            } else {
                connection.rollback();
            }
        }

        /** Another borrower of the same test may still use it. */
        @Override
        void close() {}
    }
}
