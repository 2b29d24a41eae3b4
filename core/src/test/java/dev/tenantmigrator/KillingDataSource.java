package dev.tenantmigrator;

import dev.tenantmigrator.support.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** Connections whose server process is ended directly before one of their calls. */
final class KillingDataSource {

    private final TestDatabase database;
    private final AtomicInteger left;

    /** @param calls the number of calls that are answered */
    KillingDataSource(TestDatabase database, int calls) {
        this.database = database;
        this.left = new AtomicInteger(calls);
    }

    /** Whether there were fewer calls. */
    boolean survived() {
        return left.get() >= 0;
    }

    DataSource dataSource() {
        return proxy(
                DataSource.class,
                (method, arguments) -> connection(database.rawDataSource().getConnection()));
    }

    private Connection connection(Connection connection) {
        return proxy(Connection.class, (method, arguments) -> {
            Object result = invoke(connection, method, arguments);
            return result instanceof Statement statement
                    ? statement(statement, connection, method.getReturnType())
                    : result;
        });
    }

    private Object statement(Statement statement, Connection connection, Class<?> type) {
        return proxy(type, (method, arguments) -> {
            if (method.getName().startsWith("execute") && left.getAndDecrement() == 0) {
                kill(connection);
            }
            return invoke(statement, method, arguments);
        });
    }

    private void kill(Connection connection) throws SQLException {
        String process;
        try (Statement statement = connection.createStatement();
                var row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            process = row.getString(1);
        }
        database.execute("SELECT pg_terminate_backend(" + process + ")");
        database.awaitRow("SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = " + process + ")");
    }

    private interface Call {
        Object on(java.lang.reflect.Method method, Object[] arguments) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                KillingDataSource.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call.on(method, arguments)));
    }

    private static Object invoke(Object target, java.lang.reflect.Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
