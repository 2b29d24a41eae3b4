package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deploys to a fleet of 60 tenants with three spares, by a command line that keeps none. */
@PostgresTest
class SpareRolloutTest {

    private static final int TENANTS = 60;
    private static final String NOTES = "20250102_notes";
    private static final String BAD = "20250103_bad";

    @Test
    void theSparesAreMigratedFirstAndAFailureThereStopsTheRun(TestDatabase database, @TempDir Path directory)
            throws IOException {
        Cli cli = Cli.on(database, directory)
                .with("TENANT_MIGRATOR_EXTENSION", "")
                .withMigration("20250101_items", "CREATE TABLE items (id int)", "DROP TABLE items")
                .write(
                        "users.csv",
                        IntStream.range(0, TENANTS)
                                .mapToObj(i -> "user%02d,\n".formatted(i))
                                .collect(Collectors.joining("", "username,email\n", "")));
        cli.run("spares", "fill", "--keep", "3");
        withoutTenants(cli);
        cli.json(0, "register", "--file", "users.csv");

        cli.withMigration(NOTES, "CREATE TABLE notes (id int)", "DROP TABLE notes");
        assertSpares(cli, 1, 0, 3);
        assertThat(cli.json(0, "deploy-all").at("/counts").toString()).isEqualTo("{\"migrated\":" + TENANTS + "}");
        assertSpares(cli, 0, 3, 0);

        badMigration(cli);
        stops(cli);
        assertSpares(cli, 1, 0, 3);
        assertThat(cli.json(0, "history").at("/versions/2/tenants").asInt()).isZero();
        cli.json(0, "spares", "drop");
        Cli.Result perTenant = cli.run("deploy-all", "--on-failure", "stop", "--order", "name");
        assertThat(perTenant.out()).contains("failed: user00_").doesNotContain("spare");
    }

    private static void badMigration(Cli cli) {
        cli.withMigration(
                BAD,
                "CREATE TABLE fine (id int);\nALTER TABLE notes ADD COLUMN colour colour NOT NULL DEFAULT 'red';",
                "SELECT 1");
    }

    /** A fleet without any tenant has nothing to skip, but its spares tell that the migration fails. */
    private static void withoutTenants(Cli cli) {
        badMigration(cli);
        Cli.Result text = cli.run("deploy-all");
        assertThat(text.exitCode()).isEqualTo(1);
        assertThat(text.out())
                .contains("failed in a spare: ", BAD, "run: spares drop")
                .doesNotContain("no tenant in");
        JsonNode json = cli.json(1, "deploy-all");
        assertThat(json.at("/stopped").asText()).contains(BAD);
        assertThat(json.at("/tenants")).isEmpty();
        for (String file : List.of("migration.sql", "rollback.sql", "")) {
            assertThat(cli.directory()
                            .resolve("migrations/" + BAD + "/" + file)
                            .toFile()
                            .delete())
                    .isTrue();
        }
    }

    private static void stops(Cli cli) throws IOException {
        JsonNode json = cli.json(1, "deploy-all", "--parallelism", "2");
        assertThat(json.at("/counts").toString()).isEqualTo("{\"skipped\":" + TENANTS + "}");
        assertThat(json.at("/stopped").asText())
                .contains("before the first tenant", BAD, BAD + "/migration.sql:2", "colour", "spares drop");
        assertThat(json.has("error")).isFalse();
        assertThat(json.at("/tenants").findValuesAsText("reason"))
                .hasSize(TENANTS)
                .containsOnly(json.at("/stopped").asText());

        for (int width : new int[] {80, 100}) {
            Cli.Result text = cli.with("COLUMNS", Integer.toString(width)).run("deploy-all");
            assertThat(text.exitCode()).isEqualTo(1);
            assertThat(text.out())
                    .contains("failed in a spare: tenant_migrator_spare_")
                    .containsOnlyOnce(BAD + "/migration.sql:2")
                    .containsOnlyOnce("type \"colour\" does not exist [SQLState 42704]")
                    .contains(
                            "\n  run: spares drop\n", "\n60 tenants: 60 skipped\n", "Stopped before the first tenant");
            assertThat(text.out().lines())
                    .hasSizeLessThan(20)
                    .filteredOn(line -> !line.contains(cli.directory().toString()))
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(width));
        }
        Capture.assertCaptured("tm spares list", stable(cli, cli.run("spares", "list")));
        Capture.assertCaptured("tm deploy-all", stable(cli, cli.run("deploy-all")));
        cli.with("COLUMNS", "2000");
        assertThat(cli.run("deploy-all", "-v").out()).contains("failed in a spare: ");
    }

    /** Without random names, digits and times, and with paths as of the working directory. */
    private static String stable(Cli cli, Cli.Result result) {
        Iterator<String> names = List.of("1e27a85d0f33f9d0c64b", "5d0c64b1e27a8f33f9d0", "b1e27d0c6f9d4a85f330")
                .iterator();
        return Pattern.compile("(?<=spare_)[0-9a-f]{20}")
                .matcher(result.out().replace(cli.directory() + "/", ""))
                .replaceAll(name -> names.next())
                .replaceAll("_[0-9]{8}(?![0-9a-z_])", "_12345678")
                .replaceAll("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}", "2025-01-03 09:30:00");
    }

    private static void assertSpares(Cli cli, int exitCode, int ready, int behind) {
        JsonNode status = cli.json(exitCode, "status");
        assertThat(status.at("/spares").toString())
                .isEqualTo("{\"ready\":" + ready + ",\"behind\":" + behind + ",\"unfit\":0}");
        assertThat(status.at("/tenants")).hasSize(TENANTS);
    }
}
