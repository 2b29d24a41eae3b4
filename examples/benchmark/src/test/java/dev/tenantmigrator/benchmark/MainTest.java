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

/** That every competitor did its work is proved by the program itself, which fails otherwise. */
class MainTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void measuresEveryCompetitor() throws Exception {
        int exitCode = run("--tenants", "3", "--threads", "2", "--rounds", "1", "--json");
        assertThat(exitCode).as(text(err)).isZero();
        JsonNode document = new ObjectMapper().readTree(out.toByteArray());
        Set<String> works = Set.of("create", "deployOne", "noop", "noopFleet", "status", "verify");
        assertThat(document.properties().stream().map(Map.Entry::getKey).collect(Collectors.toSet()))
                .isEqualTo(works);
        for (String work : works) {
            JsonNode figures = document.path(work);
            assertThat(figures.path("tenants").asInt()).isEqualTo(3);
            assertThat(figures.path("threads").asInt()).isEqualTo(2);
            for (String figure : new String[] {
                "ours_ms", "floor_ms", "flyway_ms", "liquibase_ms", "vs_floor", "vs_flyway", "vs_liquibase"
            }) {
                assertThat(figures.path(figure).asDouble())
                        .as(work + " " + figure)
                        .isPositive();
            }
        }
    }

    @Test
    void saysThatThereIsNoDatabase() {
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
