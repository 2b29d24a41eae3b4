package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
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
    void aMigrationIsSentAlongTheDocumentedPath() throws IOException {
        Migration first = Migration.of("1_first", "CREATE TABLE t (id int)");
        Migration second = Migration.of("2_second", "ALTER TABLE t ADD COLUMN x int");
        migrator(database.dataSource(), first).createTenant(TenantName.forUser("ada"));
        AtomicReference<List<String>> frames = new AtomicReference<>(List.of());
        DataSource watched = watched(DataSource.class, database.dataSource(), frames);

        migrator(watched, first, second).deployAll().throwIfFailed();

        List<String> path = new ArrayList<>(frames.get());
        Collections.reverse(path);
        assertThat(path).isEqualTo(documentedPath()).hasSizeLessThanOrEqualTo(MOST);
    }

    /** The first word of each line between the tags in the documentation of {@code internal}. */
    private static List<String> documentedPath() throws IOException {
        String documentation =
                Files.readString(Path.of("core/src/main/java/dev/tenantmigrator/internal/package-info.java"));
        return documentation
                .substring(documentation.indexOf("<pre>"), documentation.indexOf("</pre>"))
                .lines()
                .skip(1)
                .map(line -> line.strip().split("\\s+", -1))
                .filter(words -> words.length > 1)
                .map(words -> words[1])
                .toList();
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
                                .map(frame -> frame.replaceFirst(".*\\.(?=[A-Z])", ""))
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
