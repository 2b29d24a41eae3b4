package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands report and deploy-all --html on a server: the file, and its data. */
class ReportCommandTest {

    private static final String TAGS = "20250101_tags";

    @TempDir
    private Path directory;

    private TestDatabase database;
    private Cli cli;
    private String ada;
    private String bob;

    @BeforeEach
    void twoTenants() {
        database = TestDatabase.create("report");
        cli = Cli.on(database, directory).withSample().at(Instant.parse("2026-01-02T03:04:05Z"));
        ada = cli.register("ada");
        bob = cli.register("bob");
    }

    @AfterEach
    void dropTheDatabase() throws Exception {
        database.close();
    }

    private String page() throws IOException {
        return Files.readString(directory.resolve("fleet.html"));
    }

    private JsonNode data() throws IOException {
        String page = page();
        String start = "id=\"data\">";
        int from = page.indexOf(start) + start.length();
        return new ObjectMapper().readTree(page.substring(from, page.indexOf("</script>", from)));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aHealthyFleetIsAPageAndAVerdict() throws Exception {
        cli.write("fleet.html", "an older page");
        Cli.Result result = cli.run("report", "--html", "fleet.html");
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.out())
                .isEqualTo("All 2 tenants are healthy, and their structures are as defined.\nwritten to "
                        + directory.resolve("fleet.html") + "\n");
        assertThat(files()).containsExactly("fleet.html", "migrations");
        assertThat(page()).contains("<p>2026-01-02 03:04 UTC · database ");
        assertThat(Cli.texts(data().at("/names"))).containsExactly(ada, bob);
        assertThat(Cli.texts(data().at("/sets"))).containsExactly(Cli.ADD_PREFERENCES);
        assertThat(data().at("/run").isMissingNode()).isTrue();
        assertThat(data().at("/notCompared").isEmpty()).isFalse();
        JsonNode document = cli.json(0, "report", "--html", "fleet.html");
        assertThat(document.at("/file").asText()).endsWith("fleet.html");
        assertThat(document.at("/counts").toString()).isEqualTo("{\"healthy\":2}");
    }

    @Test
    void thePageHasFindingsDriftAndWhatIsPending() throws Exception {
        cli.withMigration(TAGS, "CREATE TABLE tag (id int); ALTER TABLE vendor ADD COLUMN tag text", "DROP TABLE tag");
        cli.run("deploy", ada);
        database.execute("DROP TABLE " + bob + ".reminders");
        Cli.Result result = cli.run("report", "--html", "fleet.html");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).startsWith("1 of 2 tenants needs attention: 1 unhealthy.");
        JsonNode data = data();
        assertThat(Cli.texts(data.at("/sets"))).containsExactly(TAGS, Cli.ADD_PREFERENCES);
        assertThat(data.at("/classes/1/label").asText()).startsWith("table reminders missing");
        assertThat(data.at("/causes").findValuesAsText("name")).contains("missing-table", "pending");
        assertThat(data.at("/causes").toString()).contains("tm backfill " + bob);
        assertThat(data.at("/pending/0/version").asText()).isEqualTo(TAGS);
        assertThat(data.at("/pending/0/tenants").asInt()).isEqualTo(1);
        assertThat(Cli.texts(data.at("/pending/0/notes")).get(0)).startsWith("line 1: blocks-reads: vendor: ");
    }

    @Test
    void patternsSelectTenants() throws Exception {
        assertThat(cli.run("report", "--html", "fleet.html", "--tenants", "a*").out())
                .startsWith("The tenant is healthy");
        assertThat(Cli.texts(data().at("/names"))).containsExactly(ada);
        assertThat(page()).contains(" · --tenants 'a*'</p>");
        assertThat(cli.run("report", "--html", "x.html", "--tenants", "x*").exitCode())
                .isEqualTo(2);
        assertThat(directory.resolve("x.html")).doesNotExist();
    }

    @Test
    void aFileThatCannotBeWrittenIsNamedBeforeAnythingIsDone() throws Exception {
        Files.createDirectory(directory.resolve("taken"));
        Files.createSymbolicLink(directory.resolve("link"), directory.resolve("gone"));
        cli.withMigration(TAGS, "CREATE TABLE tag (id int)", "DROP TABLE tag");
        for (List<String> command : List.of(List.of("report"), List.of("deploy-all"))) {
            for (String file : List.of("nowhere/x.html", "taken", "link", "/dev/null")) {
                Cli.Result result = cli.run(Stream.concat(command.stream(), Stream.of("--html", file))
                        .toArray(String[]::new));
                assertThat(result.exitCode()).as(file).isEqualTo(2);
                assertThat(result.err()).contains("cannot write ", file);
                assertThat(result.out()).isEmpty();
            }
        }
        assertThat(cli.json(0, "history").at("/versions/2/tenants").asInt()).isZero();
        assertThat(Files.exists(Path.of("/dev/null"))).isTrue();
    }

    @Test
    void aLinkIsKept() throws Exception {
        cli.write("real.html", "an older page");
        Files.createSymbolicLink(directory.resolve("fleet.html"), Path.of("real.html"));
        assertThat(cli.run("report", "--html", "fleet.html").exitCode()).isZero();
        assertThat(Files.isSymbolicLink(directory.resolve("fleet.html"))).isTrue();
        assertThat(Files.readString(directory.resolve("real.html"))).startsWith("<!DOCTYPE html>");
    }

    @Test
    void aRunHasItsFailuresAndDurations() throws Exception {
        cli.withMigration(TAGS, "CREATE TABLE tag (id int)", "DROP TABLE tag");
        database.execute("CREATE TABLE " + bob + ".tag (id int)");
        Cli.Result result = cli.run("deploy-all", "--html", "fleet.html");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).contains("failed: " + bob, "2 tenants: 1 failed, 1 migrated");
        JsonNode data = data();
        assertThat(page()).contains("<h1>1 of 2 tenants needs attention: 1 failed.</h1>");
        assertThat(data.at("/run/counts").toString()).isEqualTo("{\"migrated\":1,\"failed\":1}");
        assertThat(data.at("/run/tenants/0/0").asText()).isEqualTo(ada);
        assertThat(data.at("/run/migrations/0/0").asText()).isEqualTo(TAGS);
        JsonNode failure = data.at("/causes/0");
        assertThat(failure.at("/name").asText()).isEqualTo("failed");
        assertThat(failure.at("/place").asText())
                .contains("version " + TAGS, TAGS + "/migration.sql:1", "SQLState 42P07");
        assertThat(failure.at("/commands/0").asText()).isEqualTo("tm deploy " + bob);
        assertThat(cli.json(1, "deploy-all", "--html", "fleet.html").at("/file").asText())
                .endsWith("fleet.html");
    }

    @Test
    void aPageThatIsNotWrittenDoesNotHideTheRun() {
        cli.withMigration(TAGS, "CREATE TABLE tag (id int)", "DROP TABLE tag").write("pages/old.html", "");
        Cli.Result result = cli.run(
                "deploy-all",
                "--html",
                "pages/fleet.html",
                "--groups",
                "1,rest",
                "--check",
                "rm -r '" + directory.resolve("pages") + "'");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).contains("2 tenants: 2 migrated");
        assertThat(result.err()).contains("Error: cannot write ", "pages/fleet.html");
    }
}
