package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The path of a call stays short enough to be followed: it is drawn in the documentation of {@code internal}. */
@PostgresTest
class CallDepthTest {

    private static final int MOST = 14;

    private final TestDatabase database;

    CallDepthTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void aMigrationIsSentWithinFewFrames() {
        Migration first = Migration.of("1_first", "CREATE TABLE t (id int)");
        Migration second = Migration.of("2_second", "ALTER TABLE t ADD COLUMN x int");
        migrator(database.dataSource(), first).createTenant(TenantName.forUser("ada"));
        AtomicReference<List<String>> frames = new AtomicReference<>(List.of());
        DataSource watched = watched(DataSource.class, database.dataSource(), frames);

        migrator(watched, first, second).deployAll().throwIfFailed();

        assertThat(frames.get()).as(String.join("\n", frames.get())).hasSizeBetween(5, MOST);
    }

    private static TenantMigrator migrator(DataSource dataSource, Migration... migrations) {
        return TenantMigrator.builder(dataSource)
                .migrations(MigrationSource.of(migrations))
                .build();
    }

    /** Notes the library's frames when a batch with the second migration is sent. */
    private static <T> T watched(Class<T> type, T real, AtomicReference<List<String>> frames) {
        return type.cast(Proxy.newProxyInstance(
                CallDepthTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getName().equals("addBatch")
                            && String.valueOf(arguments[0]).contains("ADD COLUMN x")) {
                        frames.set(Stream.of(new Throwable().getStackTrace())
                                .map(frame -> frame.getClassName() + "." + frame.getMethodName())
                                .filter(frame ->
                                        frame.startsWith("dev.tenantmigrator.") && !frame.contains("CallDepthTest"))
                                .toList());
                    }
                    try {
                        Object result = method.invoke(real, arguments);
                        if (result instanceof Connection connection) {
                            return watched(Connection.class, connection, frames);
                        }
                        return result instanceof Statement statement && method.getReturnType() == Statement.class
                                ? watched(Statement.class, statement, frames)
                                : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
