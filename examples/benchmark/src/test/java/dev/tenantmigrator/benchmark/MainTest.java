package dev.tenantmigrator.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The benchmark itself checks that each competitor did its work, and fails otherwise. */
class MainTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void measuresEveryCompetitor() throws Exception {
        JsonNode document = measured("create,deployOne,looks");
        Set<String> works = Set.of("create", "deployOne", "noop", "noopFleet", "status", "verify");
        assertThat(keys(document)).isEqualTo(works);
        for (String work : works) {
            JsonNode figures = document.path(work);
            assertThat(figures.path("tenants").asInt()).isEqualTo(3);
            assertThat(figures.path("threads").asInt()).isEqualTo(2);
            assertPositive(
                    figures,
                    "ours_ms",
                    "floor_ms",
                    "flyway_ms",
                    "liquibase_ms",
                    "vs_floor",
                    "vs_flyway",
                    "vs_liquibase");
        }
    }

    @Test
    void measuresEachKind() throws Exception {
        JsonNode document = measured("kinds,parallel");
        assertThat(keys(document)).isEqualTo(Set.of("kinds", "parallel"));
        Set<String> kinds = Set.of("A", "B", "C", "D", "E", "F", "G", "H", "I", "J");
        assertThat(keys(document.path("kinds"))).isEqualTo(kinds);
        assertThat(keys(document.path("parallel"))).isEqualTo(kinds);
        for (String kind : kinds) {
            assertPositive(document.path("kinds").path(kind), "ours_ms", "raw_ms", "ratio");
            assertPositive(document.path("parallel").path(kind), "one_per_second", "all_per_second", "speedup");
        }
    }

    @Test
    void measuresHistoryIfPsqlIsInstalled() throws Exception {
        JsonNode document = measured("history");
        if (!Psql.installed()) {
            assertThat(document).isEmpty();
            assertThat(text(err)).contains("no psql");
            return;
        }
        assertThat(keys(document)).isEqualTo(Set.of("history"));
        JsonNode history = document.path("history");
        assertThat(history.path("migrations").asInt()).isEqualTo(400);
        assertPositive(history.path("deploy"), "ours_ms", "psql_ms", "ratio");
        assertPositive(history.path("create"), "ours_ms", "psql_ms", "ratio");
    }

    @Test
    void measuresSignUps() throws Exception {
        JsonNode signUp = measured("signup").path("signup");

        assertPositive(signUp.path("spare_ms"), "p50", "p99");
        assertPositive(signUp.path("spare_ms_16_threads"), "p50", "p99");
        assertPositive(signUp, "replay_ms", "flyway_ms");
        assertPositive(signUp.path("history_400").path("spare_ms"), "p50", "p99");
        assertPositive(signUp.path("history_400"), "replay_ms");
    }

    @Test
    void measuresTenantsForTests() throws Exception {
        JsonNode document = measured("throwaway");
        assertThat(keys(document)).isEqualTo(Set.of("tests"));
        assertPositive(
                document.path("tests"),
                "create_drop_ms",
                "throwaway_close_ms",
                "throwaway_from_stock_ms",
                "reset_ms",
                "reset_50_tables_ms",
                "flyway_clean_migrate_ms");
    }

    @Test
    void measuresDrift() throws Exception {
        JsonNode drift = measured("drift").path("drift");

        assertPositive(drift, "tenants", "connections", "one_connection_ms", "all_connections_ms");
    }

    @Test
    void measuresThePage() throws Exception {
        assertPositive(measured("report").path("report"), "tenants", "page_ms", "bytes");
    }

    @Test
    void refusesUnknownPart() {
        assertThat(run("--only", "sleep")).isEqualTo(2);
        assertThat(text(err)).contains("deployOne").contains("'sleep'");
    }

    @Test
    void reportsAnUnreachableServer() {
        assertThat(run("--url", "jdbc:postgresql://localhost:1/none", "--user", "nobody"))
                .isEqualTo(2);
        assertThat(text(err)).contains("no database to measure on").contains("localhost:1");
        assertThat(text(out)).isEmpty();
    }

    @Test
    void refusesZeroTenants() {
        assertThat(run("--tenants", "0")).isEqualTo(2);
        assertThat(text(err)).contains("at least 1");
    }

    private JsonNode measured(String parts) throws Exception {
        int exitCode =
                run("--tenants", "3", "--threads", "2", "--rounds", "1", "--no-warm-up", "--only", parts, "--json");
        assertThat(exitCode).as(text(err)).isZero();
        return new ObjectMapper().readTree(out.toByteArray());
    }

    private static void assertPositive(JsonNode figures, String... keys) {
        assertThat(keys(figures)).contains(keys);
        for (String key : keys) {
            assertThat(figures.path(key).asDouble()).as(key).isPositive();
        }
    }

    private static Set<String> keys(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).collect(Collectors.toSet());
    }

    private int run(String... args) {
        return Main.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of(),
                args);
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
