package dev.tenantmigrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.ChildJvm;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory does not grow with what a script returns or says: each script has more to say than the heap of 128 MB holds. */
@PostgresTest
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class BoundedMemoryTest {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final TestDatabase database;

    BoundedMemoryTest(TestDatabase database) {
        this.database = database;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT generate_series(1, 3000000)",
                "/* all */ (SELECT repeat('x', 20000000) FROM generate_series(1, 12))",
                "SELECT repeat('x', CASE WHEN i < 1000 THEN 1 ELSE 200000 END) FROM generate_series(1, 2500) i",
                "WITH i AS (SELECT generate_series(1, 3000000) i) SELECT i FROM i",
                "WITH i AS (INSERT INTO item SELECT i, 'x' FROM generate_series(1, 300000) i RETURNING *)"
                        + " SELECT i.*, repeat('x', 2000) FROM i",
                "INSERT INTO item SELECT 1, repeat('x', 2000) FROM generate_series(1, 100); TABLE item;"
                        + " SELECT a.* FROM item a, item b, generate_series(1, 20)",
                "VALUES (repeat('x', 30000000)), (repeat('x', 30000000)), (repeat('x', 30000000)), (repeat('x', 30000000))",
                "INSERT INTO item SELECT i, 'x' FROM generate_series(1, 100000) i RETURNING repeat(name, 2000)",
                "DECLARE c CURSOR FOR SELECT repeat('x', 2000) FROM generate_series(1, 100000); FETCH ALL FROM c; CLOSE c",
                "EXPLAIN (VERBOSE, ANALYZE) SELECT generate_series(1, 300000); SHOW ALL",
                "CREATE PROCEDURE p(INOUT t text) LANGUAGE sql AS $$ SELECT repeat('x', 30000000) $$; CALL p(''); CALL p('')"
            })
    void rowsAreDropped(String script) throws Exception {
        assertThat(said("quiet", script)).containsExactly("done");
    }

    private List<String> said(String kind, String script) throws IOException {
        List<String> lines = new ArrayList<>();
        try (ChildJvm process = SmallProcess.start(database)) {
            process.send(kind + NUMBER.incrementAndGet() + " " + script);
            for (String line = process.receive(); !line.equals("."); line = process.receive()) {
                lines.add(line);
            }
        }
        return lines;
    }
}
