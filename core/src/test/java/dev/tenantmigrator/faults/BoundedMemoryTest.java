package dev.tenantmigrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.ChildJvm;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory does not grow with what a script returns or says: each script has more to say than the heap of 128 MB holds. */
@PostgresTest
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BoundedMemoryTest {

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final String DEFAULT_PROPERTY = "ApplicationName=small";

    private static Optional<ChildJvm> shared = Optional.empty();

    private final TestDatabase database;

    BoundedMemoryTest(TestDatabase database) {
        this.database = database;
    }

    @AfterAll
    static void endProcess() {
        shared.ifPresent(ChildJvm::close);
        shared = Optional.empty();
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

    /** There the driver has no portions, and no limit in a batch. */
    @ParameterizedTest
    @ValueSource(strings = {"simple", "extendedForPrepared"})
    void rowsAreDroppedInTheSimpleProtocol(String mode) throws Exception {
        assertThat(saidAlone(
                        "quiet",
                        "CREATE TABLE log (i int); CREATE FUNCTION note(i int) RETURNS text LANGUAGE sql AS"
                                + " $$ INSERT INTO log VALUES (i) RETURNING repeat('x', 100000) $$;"
                                + " SELECT note(i) FROM generate_series(1, 2000) i;"
                                + " SELECT 1 / (CASE WHEN count(*) = 2000 THEN 1 ELSE 0 END) FROM log;",
                        "preferQueryMode=" + mode))
                .containsExactly("done");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DO $$ BEGIN FOR i IN 1..300 LOOP RAISE NOTICE '%', repeat('x', 1000000); END LOOP; END $$",
                "DO $$ BEGIN FOR i IN 1..200000 LOOP RAISE NOTICE '%', i; END LOOP; END $$",
                "SET LOCAL client_min_messages = debug1; DO $$ BEGIN FOR i IN 1..100000 LOOP RAISE DEBUG '%', i;"
                        + " RAISE INFO '%', i; RAISE WARNING '%', i; END LOOP; END $$",
                "CREATE FUNCTION say(i int, width int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN"
                        + " RAISE NOTICE '%', repeat('x', width); RETURN i; END $$;"
                        + " SELECT say(i, 1000000) FROM generate_series(1, 100) i; SELECT say(i, 10) FROM generate_series(1, 20000) i"
            })
    void noticesAreKeptUpToABound(String script) throws Exception {
        assertThat(said("quiet", script)).containsExactly("done");
        assertThat(said("loud", script))
                .contains("done")
                .hasSizeBetween(100, 500)
                .allMatch(line -> line.length() < 3000)
                .anyMatch(line -> line.matches("NOTICE: .*|INFO: .*"))
                .anyMatch(line -> line.matches("\\d{3,6} more notices are left out"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DO $$ BEGIN RAISE EXCEPTION '%', repeat('x', 4000000); END $$",
                "DO $$ BEGIN RAISE EXCEPTION '%', repeat(md5('1') || ' \"in_block\" ', 100000); END $$",
                "DO $$ BEGIN RAISE EXCEPTION 'in_block' USING DETAIL = repeat('x', 4000000), HINT = 'in_block ' || repeat('y', 10000); END $$",
                "DO $$ BEGIN RAISE EXCEPTION 'in_block' USING TABLE = repeat('x', 4000000); END $$",
                "DO $$ BEGIN EXECUTE '/* ' || repeat('in_block line 1 ', 300000) || ' */ SELECT in_block'; END $$",
                "SELECT repeat(md5('1'), 100000)::int",
                "SELECT ('\"' || repeat(md5('1'), 100000))::int",
                "DO $$ BEGIN PERFORM repeat(md5('1') || ' ', 100000)::regclass; END $$"
            })
    void longErrorsAreCut(String script) throws Exception {
        List<String> lines = said("loud", script);
        assertThat(lines.get(0)).contains("SQLState").doesNotContain("c4ca4238").doesNotContain("memory");
        assertThat(lines).allMatch(line -> line.length() < 6000);
    }

    @Test
    void aLongStatementIsCutToo() throws Exception {
        String text = "x".repeat(3_000_000);
        assertThat(said("loud", "SELECT '" + text + "', nowhere, '" + text + "'")
                        .get(0))
                .contains("column \"nowhere\" does not exist")
                .hasSizeLessThan(200);
    }

    /** The driver reads each as a whole. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "DO $$ BEGIN RAISE EXCEPTION '%', repeat('x', 100000000); END $$",
                "DO $$ BEGIN RAISE NOTICE '%', repeat('x', 100000000); END $$",
                "CREATE FUNCTION say() RETURNS int LANGUAGE plpgsql AS $$ BEGIN"
                        + " RAISE NOTICE '%', repeat('x', 100000000); RETURN 1; END $$; SELECT say()"
            })
    void whatDoesNotFitIsAnOutcomeOfItsTenant(String script) throws Exception {
        assertThat(saidAlone("quiet", script, DEFAULT_PROPERTY))
                .singleElement()
                .asString()
                .contains("an answer of PostgreSQL does not fit into memory")
                .contains("nothing of it was kept")
                .contains("version v2");
    }

    @Test
    void theCallersConnectionGoesWithWhatDoesNotFit() throws Exception {
        assertThat(saidAlone(
                        "create", "DO $$ BEGIN RAISE EXCEPTION '%', repeat('x', 100000000); END $$", DEFAULT_PROPERTY))
                .singleElement()
                .asString()
                .contains("an answer of PostgreSQL does not fit into memory")
                .endsWith("closed true");
    }

    /** Runs a script in the process that the tests share: none of them may leave it with less memory. */
    private List<String> said(String kind, String script) throws IOException {
        ChildJvm process = shared.isPresent() ? shared.get() : SmallProcess.start(database, DEFAULT_PROPERTY);
        shared = Optional.of(process);
        boolean answered = false;
        try {
            List<String> lines = said(process, kind, script);
            answered = true;
            return lines;
        } finally {
            if (!answered) {
                endProcess();
            }
        }
    }

    /** Runs a script in a process of its own. */
    private List<String> saidAlone(String kind, String script, String property) throws IOException {
        try (ChildJvm process = SmallProcess.start(database, property)) {
            return said(process, kind, script);
        }
    }

    private static List<String> said(ChildJvm process, String kind, String script) throws IOException {
        List<String> lines = new ArrayList<>();
        process.send(kind + NUMBER.incrementAndGet() + " " + script);
        for (String line = process.receive(); !line.equals("."); line = process.receive()) {
            lines.add(line);
        }
        return lines;
    }
}
