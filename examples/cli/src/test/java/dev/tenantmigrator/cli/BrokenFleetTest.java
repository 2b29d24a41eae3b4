package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In a large fleet that is damaged in many ways, the first screen names each damaged tenant, its cause and its remedy. */
@PostgresTest
class BrokenFleetTest {

    private static final int SCREEN = 50;

    @Test
    void theFirstScreenShowsEachDamageAndItsRemediesRepairTheFleet(TestDatabase database, @TempDir Path directory)
            throws Exception {
        Cli cli = Cli.on(database, directory);
        BrokenFleet fleet = BrokenFleet.in(database, cli);

        for (int width : new int[] {80, 100}) {
            for (String command : List.of("status", "verify")) {
                Cli.Result result = cli.with("COLUMNS", Integer.toString(width)).run(command);
                assertThat(result.exitCode()).isEqualTo(1);
                assertFirstScreen(fleet, result.out().lines().toList(), width);
            }
        }
        Capture.assertCaptured("tm verify", cli.run("verify").out());
        assertCounts(cli.json(1, "verify"));
        assertCounts(cli.json(1, "status"));

        List<String> remedies = remedies(cli.run("verify").out());
        for (String remedy : remedies) {
            follow(database, cli, remedy);
        }

        Cli.Result repaired = cli.run("verify");
        assertThat(repaired.exitCode()).as(repaired.all()).isZero();
        assertThat(repaired.out()).endsWith("\n299 tenants: 299 healthy\n").doesNotContain("run: ");
    }

    private static void assertFirstScreen(BrokenFleet fleet, List<String> lines, int width) {
        assertThat(lines.get(0) + " " + lines.get(1))
                .startsWith("12 broken: 3 checksum-mismatch, 3 missing-table, 2 unfinished, 2 file-missing,"
                        + " 1 unfinished-drop, 1 invalid-index, 1 gap; 288 pending");
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(width));
        List<String> screen = lines.subList(0, Math.min(SCREEN, lines.size()));
        fleet.damages().forEach((schema, kind) -> {
            List<String> block = block(screen, schema, kind);
            assertThat(block).as(schema + " " + kind).hasSizeGreaterThan(2);
            assertThat(block).as(schema + " " + kind).anyMatch(line -> line.matches("  run: .+"));
        });
        assertThat(screen).anyMatch(line -> line.startsWith("pending, ")).contains("  run: deploy-all");
    }

    /** The lines from the heading of a cause to the next heading. */
    private static List<String> block(List<String> screen, String schema, String kind) {
        List<String> block = new ArrayList<>();
        for (String line : screen) {
            if (!line.startsWith(" ")) {
                if (block.stream().anyMatch(earlier -> earlier.contains(schema))) {
                    return block;
                }
                block.clear();
            }
            if (!block.isEmpty() || line.startsWith(kind)) {
                block.add(line);
            }
        }
        return block;
    }

    private static void assertCounts(JsonNode document) {
        assertThat(document.at("/counts").toString()).isEqualTo("{\"pending\":288,\"unhealthy\":12}");
        JsonNode findings = document.at("/findings");
        assertThat(findings.at("/missing-table").asInt()).isEqualTo(3);
        assertThat(findings.at("/checksum-mismatch").asInt()).isEqualTo(3);
        assertThat(findings.at("/unfinished-drop").asInt()).isEqualTo(1);
        assertThat(findings.at("/pending").asInt()).isEqualTo(299);
    }

    /** The commands that are printed; of alternatives the first. */
    private static List<String> remedies(String out) {
        return out.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("run: "))
                .toList();
    }

    private static void follow(TestDatabase database, Cli cli, String remedy) {
        if (remedy.startsWith("run: psql -c '")) {
            database.execute(remedy.substring("run: psql -c '".length(), remedy.length() - 1));
            return;
        }
        String[] words = Arrays.stream(remedy.substring("run: ".length()).split(" ", -1))
                .map(word -> word.replaceAll("^'|'$", ""))
                .toArray(String[]::new);
        Cli.Result result = cli.run(words);
        assertThat(result.exitCode()).as(remedy + "\n" + result.all()).isZero();
        assertThat(Set.of("deploy", "deploy-all", "backfill", "repair", "drop")).contains(words[0]);
    }
}
