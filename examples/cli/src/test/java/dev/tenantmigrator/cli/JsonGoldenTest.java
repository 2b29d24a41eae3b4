package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.cli.output.TerminalText;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.ScriptNote;
import dev.tenantmigrator.support.GoldenFile;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The exit code and the JSON document of every command, called wrongly and in the story of a small fleet. */
@PostgresTest
class JsonGoldenTest {

    private static final GoldenFile GOLDEN = new GoldenFile(
            Path.of("src/test/resources/golden/json.txt"),
            "scripts depend on the exit codes, and on the keys and values of the JSON documents.");

    @Test
    void exitCodesAndDocumentsAreAsBefore(TestDatabase database, @TempDir Path directory)
            throws IOException, SQLException {
        Cli cli = Cli.on(database, directory).withSample();
        JsonLog log = new JsonLog(cli);
        wrongUsage(log);
        emptyFleet(log);
        new FleetStory(database, cli, log).tell();
        demo(log, database);

        assertThat(log.called())
                .as("this test must call every command; add the new one")
                .containsAll(CommandTree.all().stream().map(CommandTree::words).toList());
        log.heading("Kinds of findings, their severities, and kinds of notes in a plan");
        for (Enum<?>[] words : List.of(Finding.Kind.values(), Finding.Severity.values(), ScriptNote.Kind.values())) {
            log.lines().add(Stream.of(words).map(TerminalText::kebab).sorted().collect(Collectors.joining(" ")));
        }
        GOLDEN.check(log.lines());
    }

    private static void wrongUsage(JsonLog log) {
        log.heading("Wrong usage, and commands without a database");
        log.run();
        log.run("frobnicate");
        log.run("list", "--frobnicate");
        log.run("completion", "fish");
        log.run("list", "--password", "secret");
        log.run("list", "--url", "jdbc:postgresql://localhost:1/none");
        log.run("list", "--parallelism", "none");
        log.run("status", "--tracking", "there");
        log.run("status", "--migrations", "nowhere");
        log.run("deploy");
        log.run("deploy-all", "--tries", "0");
        log.run("repair");
        log.run("repair", "accept-checksum");
        log.run("move-tracking");
        log.run("spares");
        log.run("spares", "fill", "--keep", "0");
        log.run("help", "frobnicate");
        log.run("help", "repair", "mark-applied");
        log.run("--version");
        log.run("create");
        log.run("create", "../!");
        log.run("create", "add invoices", "--migrations", "drafts");
    }

    private static void emptyFleet(JsonLog log) {
        log.heading("No tenant");
        for (String command :
                List.of("list", "status", "plan", "deploy-all", "verify", "drift", "backfill", "prepare")) {
            log.run(command);
        }
        for (String command : List.of("deploy", "status", "verify", "plan", "backfill")) {
            log.run(command, "nobody");
        }
        log.run("rollback", "20241218_initial_schema", "nobody");
        log.run("repair", "fill-checksums", "nobody");
        log.run("rename", "nobody", "somebody");
        log.run("drop", "nobody", "--yes");
        log.run("adopt", "nobody", "--yes");
        log.run("deploy-all", "--tenants", "nobody");
        log.run("register", " ");
        log.run("register", "eve", "--email", "none");
    }

    private static void demo(JsonLog log, TestDatabase database) throws SQLException {
        log.heading("The demo, first without the right to create a database");
        log.run("demo");
        try (Connection superuser = database.superuserDataSource().getConnection();
                Statement statement = superuser.createStatement()) {
            statement.execute("ALTER ROLE " + database.user() + " CREATEDB");
        }
        log.run("demo");
    }
}
