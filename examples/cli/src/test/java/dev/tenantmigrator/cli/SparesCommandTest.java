package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands for spare tenants, and the commands for tenants while there are spares. */
@PostgresTest
class SparesCommandTest {

    private static final String ITEMS = "20240101_items";
    private static final String MORE = "20240102_more";
    private static final String BAD = "20240103_bad";

    private final TestDatabase database;

    @TempDir
    private Path directory = Path.of("");

    private Cli cli = new Cli(directory);

    SparesCommandTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void aMigration() {
        cli = Cli.on(database, directory)
                .with("TENANT_MIGRATOR_EXTENSION", "")
                .withMigration(ITEMS, "CREATE TABLE items (id int PRIMARY KEY, name text)", "DROP TABLE items");
        cli.json(0, "spares", "drop");
        cli.json(0, "list")
                .at("/tenants")
                .forEach(tenant -> cli.json(0, "drop", tenant.at("/schema").asText(), "--yes"));
    }

    private void newMigration() {
        cli.withMigration(MORE, "CREATE TABLE more (id int)", "DROP TABLE more");
    }

    /** The spare's own name in a view, of which renaming knows nothing. */
    private void unfitMigration(int views) {
        cli.withMigration(
                MORE,
                "DO $$BEGIN FOR n IN 1.." + views
                        + " LOOP EXECUTE format('CREATE VIEW vendor_view_%s AS SELECT %L AS x',"
                        + " n, current_schema()); END LOOP; END$$",
                "SELECT 1");
    }

    private void badMigration() {
        cli.withMigration(BAD, "CREATE TABLE fine (id int);\nALTER TABLE items ADD COLUMN x nonsense;", "SELECT 1");
    }

    @Test
    void fillsTheStockUpToANumber() {
        Cli.Result filled = cli.run("spares", "fill", "--keep", "3");
        assertThat(filled.exitCode()).as(filled.all()).isZero();
        assertThat(filled.out()).isEqualTo("3 spares made, 3 ready\n");
        assertThat(cli.run("spares", "fill", "--keep", "3").out()).isEqualTo("0 spares made, 3 ready\n");
        newMigration();
        assertThat(cli.run("spares", "fill", "--keep", "1").out()).isEqualTo("1 spare made, 1 ready, 3 behind\n");

        JsonNode json = cli.json(0, "spares", "fill", "--keep", "2");
        assertThat(json.at("/command").asText()).isEqualTo("spares fill");
        assertThat(json.at("/created").asInt()).isEqualTo(1);
        assertThat(json.at("/dropped").asInt()).isZero();
        assertThat(json.at("/counts").toString()).isEqualTo("{\"behind\":3,\"ready\":2}");
        assertThat(json.at("/spares")).hasSize(5);
    }

    @Test
    void keepsTenByDefault() {
        assertThat(cli.run("spares", "fill").out()).isEqualTo("10 spares made, 10 ready\n");
    }

    @Test
    void replacesSparesThatAreTooOld() {
        cli.run("spares", "fill", "--keep", "2");
        makeOld();
        assertThat(cli.run("spares", "fill", "--keep", "2").out())
                .isEqualTo("2 spares made, 2 too old and dropped, 2 ready\n");
    }

    private void makeOld() {
        database.execute("""
                DO $$DECLARE s name; BEGIN
                  FOR s IN SELECT nspname FROM pg_namespace WHERE nspname LIKE 'tenant\\_migrator\\_spare\\_%' LOOP
                    EXECUTE format('COMMENT ON SCHEMA %I IS %L', s,
                      regexp_replace(obj_description(s::regnamespace, 'pg_namespace'), ' [0-9]{9,} ', ' 1000000000 '));
                  END LOOP;
                END$$""");
    }

    @Test
    void listsTheSparesWithTheirStates() {
        assertThat(cli.run("spares", "list").out()).isEqualTo("There is no spare. To make some, run: spares fill\n");
        assertThat(cli.json(0, "spares", "list").at("/spares")).isEmpty();
        cli.run("spares", "fill", "--keep", "2");
        newMigration();
        cli.run("spares", "fill", "--keep", "1");

        for (int width : new int[] {80, 100}) {
            Cli.Result listed = cli.with("COLUMNS", Integer.toString(width)).run("spares", "list");
            assertThat(listed.exitCode()).isZero();
            List<String> lines = listed.out().lines().toList();
            assertThat(lines).hasSize(5).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(width));
            assertThat(lines.get(0)).isEqualTo("1 spare ready, 2 behind");
            assertThat(lines.get(1).split(" +")).containsExactly("SPARE", "STATE", "SINCE");
            assertThat(lines.subList(2, 5))
                    .allMatch(line -> line.matches("tenant_migrator_spare_[0-9a-f]{20}  (ready |behind)  "
                            + "2[0-9]{3}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"));
        }
        JsonNode json = cli.json(0, "spares", "list");
        assertThat(json.at("/command").asText()).isEqualTo("spares list");
        assertThat(json.at("/counts").toString()).isEqualTo("{\"behind\":2,\"ready\":1}");
        assertThat(json.at("/tenants")).isEmpty();
        assertThat(json.at("/spares").findValuesAsText("state")).containsExactly("ready", "behind", "behind");
        assertThat(json.at("/spares/0/since").asText())
                .matches("2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}");
        assertThat(json.at("/spares/0/objects")).isEmpty();
    }

    @Test
    void dropsAllSparesAndNoTenant() {
        String ada = cli.register("ada");
        cli.run("spares", "fill", "--keep", "1");
        newMigration();
        cli.run("spares", "fill", "--keep", "1");

        Cli.Result dropped = cli.run("spares", "drop");
        assertThat(dropped.exitCode()).as(dropped.all()).isZero();
        assertThat(dropped.out()).isEqualTo("2 spares dropped\n");
        assertThat(cli.json(0, "spares", "drop").at("/dropped").asInt()).isZero();
        assertThat(database.value("SELECT count(*)::text FROM pg_namespace WHERE nspname LIKE 'tenant\\_migrator%'"))
                .isEqualTo("0");
        assertThat(cli.run("list").out()).isEqualTo(ada + "\n");
    }

    @Test
    void aMigrationThatFailsInANewSpareIsShownWithItsPlace() {
        badMigration();
        Cli.Result failed = cli.run("spares", "fill");
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.out()).isEqualTo("""
                failed in a new spare
                  version 20240103_bad, %s:2
                      ALTER TABLE items ADD COLUMN x nonsense
                                                     ^
                  type "nonsense" does not exist; nothing of the tenant was kept [SQLState 42704]
                  Correct the migration and run the command again.
                """.formatted(directory.resolve("migrations/20240103_bad/migration.sql")));
        assertThat(failed.err()).isEmpty();

        JsonNode json = cli.json(1, "spares", "fill");
        assertThat(json.at("/error/version").asText()).isEqualTo(BAD);
        assertThat(json.at("/error/line").asInt()).isEqualTo(2);
        assertThat(json.at("/error/file").asText()).endsWith("migration.sql");
        assertThat(json.at("/error/sqlState").asText()).isEqualTo("42704");
        assertThat(json.at("/tenants")).isEmpty();
        assertThat(cli.json(0, "spares", "list").at("/spares")).isEmpty();
    }

    @Test
    void migrationsThatKeepTheSparesNameAreNamed() {
        unfitMigration(7);
        for (String made : List.of("1 spare made, 0 ready, 1 unfit", "0 spares made, 0 ready, 1 unfit")) {
            Cli.Result unfit = cli.run("spares", "fill");
            assertThat(unfit.exitCode()).isEqualTo(1);
            assertThat(unfit.out().replaceAll("_[0-9a-f]{20}", "_X")).isEqualTo(made + "\n" + """
                            unfit: tenant_migrator_spare_X
                              renaming would leave the spare's name in view vendor_view_1, view vendor_view_2, view vendor_view_3, view vendor_view_4, view vendor_view_5 and 2 more
                            Tenants are created by running all migrations. To have spares, add a migration that writes these objects without the schema's name.
                            """);
        }
        JsonNode json = cli.json(1, "spares", "fill");
        assertThat(json.at("/error/message").asText())
                .contains("view vendor_view_1", "created by running all migrations");
        assertThat(json.at("/spares/0/objects")).hasSize(7);
        Cli.Result listed = cli.run("spares", "list");
        assertThat(listed.exitCode()).isZero();
        assertThat(listed.out()).startsWith("0 spares ready, 1 unfit\n").contains("  unfit  ", "_5 and 2 more");
        assertThat(cli.run("spares", "list", "-v").out()).contains("view vendor_view_7");
        assertThat(cli.json(0, "spares", "list").at("/spares/0/objects/6").asText())
                .isEqualTo("view vendor_view_7");
        assertThat(cli.register("ada")).isNotEmpty();
        assertThat(cli.run("status").out()).endsWith("\n1 tenant: 1 healthy\n0 spares ready, 1 unfit\n");
        assertThat(cli.json(0, "status").at("/spares").toString()).isEqualTo("{\"ready\":0,\"behind\":0,\"unfit\":1}");
    }

    @Test
    void aDeployTellsOfTheSparesThatItMigratedAndOfThoseThatBecameUnfit() throws SQLException {
        cli.register("ada");
        cli.run("spares", "fill", "--keep", "3");
        newMigration();
        assertThat(cli.run("deploy-all").out()).endsWith("\n1 tenant: 1 migrated\n3 spares migrated\n");
        assertThat(cli.run("deploy-all").out()).doesNotContain("spare");

        cli.withMigration(
                "20240104_names",
                "DO $$BEGIN EXECUTE format('CREATE VIEW v AS SELECT %L AS x FROM items', current_schema()); END$$",
                "SELECT 1");
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE " + spares().get(0) + ".items");
            Cli.Result text = cli.run("deploy-all", "--lock-timeout", "50ms");
            assertThat(text.exitCode()).isZero();
            assertThat(text.out())
                    .contains("\n1 tenant: 1 migrated\n2 spares migrated, 1 left out\n2 spares are unfit now: ")
                    .endsWith("run: spares list\n");
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(cli.json(0, "deploy-all").at("/spares").toString())
                .isEqualTo("{\"migrated\":1,\"left\":0,\"unfit\":1}");
        assertThat(cli.json(0, "deploy-all").has("spares")).isFalse();
    }

    private List<String> spares() {
        return cli.json(0, "spares", "list").at("/spares").findValuesAsText("schema");
    }

    @Test
    void aSpareThatCannotBeDroppedKeepsNoOther() {
        cli.run("spares", "fill", "--keep", "3");
        List<String> spares = spares().stream().sorted().toList();
        for (String spare : spares.subList(0, 2)) {
            database.execute("CREATE VIEW public.of_" + spare + " AS SELECT * FROM " + spare + ".items");
        }
        Cli.Result text = cli.run("spares", "drop");
        assertThat(text.exitCode()).isEqualTo(1);
        assertThat(text.out()).startsWith("1 spare dropped, 2 not\nnot dropped: " + spares.get(0) + "\n");
        assertThat(text.out())
                .contains(
                        "\nnot dropped: " + spares.get(1) + "\n",
                        "objects outside the tenant depend on it: ",
                        "view of_" + spares.get(0));
        assertThat(spares()).containsExactlyInAnyOrderElementsOf(spares.subList(0, 2));

        JsonNode json = cli.json(1, "spares", "drop");
        assertThat(json.at("/dropped").asInt()).isZero();
        assertThat(json.at("/error/message").asText())
                .startsWith("0 spares were dropped, 2 could not be dropped: ")
                .contains(spares.get(0), spares.get(1));
        makeOld();
        assertThat(cli.run("spares", "fill", "--keep", "1").out())
                .startsWith("0 spares dropped, 2 not\nnot dropped: " + spares.get(0));
        spares.subList(0, 2).forEach(spare -> database.execute("DROP VIEW public.of_" + spare));
    }

    @Test
    void aSpareOfAnotherRoleIsNoReasonToCallTheStockUnfit() throws SQLException {
        try (Connection superuser = database.superuserDataSource().getConnection();
                Statement statement = superuser.createStatement()) {
            cli.run("spares", "fill", "--keep", "1");
            statement.execute("ALTER SCHEMA " + spares().get(0) + " OWNER TO CURRENT_USER");
            Cli.Result filled = cli.run("spares", "fill", "--keep", "1");
            assertThat(filled.exitCode()).as(filled.all()).isZero();
            assertThat(filled.out()).startsWith("1 spare made, 1 ready, 1 unfit\n");
            assertThat(cli.run("spares", "fill", "--keep", "1").exitCode()).isZero();
            statement.execute("ALTER SCHEMA " + spares().get(1) + " OWNER TO " + database.user());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status @",
                "verify @",
                "plan @",
                "deploy @",
                "backfill @",
                "rollback 20240101_items @",
                "drop @ --yes",
                "rename @ other",
                "repair fill-checksums @",
                "adopt @ --yes",
                "status --tenants @",
                "deploy-all --tenants @",
                "deploy-all --groups @,rest"
            })
    void aSpareThatIsNamedAsATenantIsSaidToBeOne(String command) {
        cli.run("spares", "fill", "--keep", "1");
        Cli.Result result = cli.run(command.replace("@", spares().get(0)).split(" ", -1));
        assertThat(result.exitCode()).as(result.all()).isNotZero();
        assertThat(result.all().replaceAll("\\s+", " ")).contains("spare", "spares list");
        assertThat(result.all()).doesNotContain("misspelled");
        assertThat(spares()).hasSize(1);
    }

    @Test
    void fillingShowsItsProgress() {
        assertThat(cli.run("spares", "fill", "--keep", "2", "--verbose").err())
                .contains("spare made, 1 of 2 ready\n", "spare made, 2 of 2 ready\n");
        assertThat(cli.run("spares", "fill", "--keep", "3").err()).isEmpty();
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        PrintStream usual = System.err;
        System.setErr(new PrintStream(shown, true, StandardCharsets.UTF_8));
        try {
            assertThat(cli.answering("").run("spares", "fill", "--keep", "23").exitCode())
                    .isZero();
        } finally {
            System.setErr(usual);
        }
        assertThat(shown.toString(StandardCharsets.UTF_8)).contains("spares fill", "20/20 spares");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spares",
                "spares fill --keep 0",
                "spares fill --keep -1",
                "spares fill --keep many",
                "spares fill --keep 100000",
                "spares fill 3",
                "spares list x",
                "spares drop x",
                "spares fill --migrations nowhere",
                "spares list --migrations nowhere",
                "spares list --url jdbc:postgresql://localhost:1/none",
                "spares drop --url jdbc:postgresql://localhost:1/none",
                "spares fill --url jdbc:postgresql://localhost:1/none"
            })
    void wrongUsageEndsWithTwo(String command) {
        Cli.Result result = cli.run(command.split(" ", -1));
        assertThat(result.exitCode()).as(result.all()).isEqualTo(2);
        assertThat(result.err()).startsWith("Error: ").doesNotContain("Exception", "dev.ten");
        assertThat(cli.json(2, command.split(" ", -1)).at("/error/message").asText())
                .isNotEmpty();
    }

    @Test
    void withoutADatabaseNothingRuns() {
        cli.without("TENANT_MIGRATOR_URL");
        for (String action : List.of("fill", "list", "drop")) {
            assertThat(cli.run("spares", action).exitCode()).isEqualTo(2);
        }
    }

    @Test
    void aStatusHasALineForSpares() {
        assertThat(cli.json(0, "status").at("/spares").toString()).isEqualTo("{\"ready\":0,\"behind\":0,\"unfit\":0}");
        cli.run("spares", "fill", "--keep", "3");
        assertThat(cli.run("status").out()).matches("There is no tenant in .*\\.\n3 spares ready\n");
        String ada = cli.register("ada");
        assertThat(cli.run("status").out()).endsWith("\n1 tenant: 1 healthy\n3 spares ready\n");
        newMigration();
        cli.run("spares", "fill", "--keep", "1");
        cli.run("deploy", ada);

        Cli.Result text = cli.run("status");
        assertThat(text.exitCode()).isZero();
        assertThat(text.out()).endsWith("\n1 tenant: 1 healthy\n1 spare ready, 3 behind\n");
        assertThat(cli.json(0, "status").at("/spares").toString()).isEqualTo("{\"ready\":1,\"behind\":3,\"unfit\":0}");
        assertThat(cli.json(0, "status", ada).at("/spares").toString())
                .isEqualTo("{\"ready\":1,\"behind\":3,\"unfit\":0}");
        assertThat(cli.run("status", ada).out()).doesNotContain("spare");
        assertThat(cli.run("status", "--only", "missing-table").out()).doesNotContain("spare");
    }

    @Test
    void theCommandThatAStatusPrintsMigratesTheSparesToo() {
        String ada = cli.register("ada");
        cli.register("bob");
        cli.run("spares", "fill", "--keep", "2");
        newMigration();
        for (String command : List.of("status", "verify", "status --only pending")) {
            assertThat(cli.run(command.split(" ", -1)).out()).contains("\n  run: deploy-all\n");
        }
        cli.run("deploy", ada);
        assertThat(cli.run("status").out()).contains("\n  run: deploy-all\n");
        for (String command : List.of("status --tenants bob*", "status --only missing-table")) {
            assertThat(cli.run(command.split(" ", -1)).out()).doesNotContain("deploy-all");
        }
        cli.json(0, "deploy-all");
        assertThat(cli.run("status").out()).endsWith("\n2 spares ready\n");
    }

    @Test
    void noOtherCommandShowsSpares() {
        cli.register("ada");
        cli.register("bob");
        newMigration();
        cli.write("count.sql", "SELECT count(*) FROM items");
        List<String> commands = List.of(
                "list", "verify", "plan", "history", "run count.sql", "backfill", "repair fill-checksums --all");
        List<String> before = commands.stream().flatMap(this::outputs).toList();
        cli.run("spares", "fill", "--keep", "1");
        cli.write("migrations/" + MORE + "/migration.sql", "CREATE TABLE more (id bigint)");
        cli.run("spares", "fill", "--keep", "1");
        cli.write("migrations/" + MORE + "/migration.sql", "CREATE TABLE more (id int)");
        assertThat(cli.json(1, "status").at("/spares").toString()).isEqualTo("{\"ready\":1,\"behind\":1,\"unfit\":0}");

        assertThat(commands.stream().flatMap(this::outputs).toList()).isEqualTo(before);
    }

    private Stream<String> outputs(String command) {
        String[] args = command.split(" ", -1);
        String[] json = Stream.concat(Stream.of(args), Stream.of("--json")).toArray(String[]::new);
        return Stream.of(cli.run(args), cli.run(json)).map(result -> command + " " + result);
    }

    @Test
    void registeringTakesNoSpare() {
        cli.run("spares", "fill", "--keep", "2");
        cli.register("ada");
        assertThat(cli.json(0, "status").at("/spares/ready").asInt()).isEqualTo(2);
    }
}
