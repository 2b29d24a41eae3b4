package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands drift and verify --structure: someone dropped an index of bob and added a column to carol by hand. */
class DriftCommandTest {

    @TempDir
    private Path directory;

    private TestDatabase database;
    private Cli cli;
    private String ada;
    private String bob;
    private String carol;

    @BeforeEach
    void twoOfThreeTenantsAreDrifted() {
        database = TestDatabase.create("drift");
        cli = Cli.on(database, directory).withSample();
        ada = cli.register("ada");
        bob = cli.register("bob");
        carol = cli.register("carol");
        database.execute("DROP INDEX " + bob + ".vendor_us_id_idx");
        database.execute("ALTER TABLE " + carol + ".vendor ADD COLUMN note TEXT");
    }

    @AfterEach
    void dropTheDatabase() throws Exception {
        database.close();
    }

    private Cli.Result drift(String... args) {
        return cli.run(Stream.concat(Stream.of("drift"), Stream.of(args)).toArray(String[]::new));
    }

    @Test
    void theFirstLineIsTheWholeFleet() {
        Cli.Result result = drift();
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out().lines())
                .startsWith("1 as defined · 2 differ alone")
                .contains(
                        "1 tenant differs: " + bob,
                        "  - BREAKING index vendor_us_id_idx is missing",
                        "1 tenant differs: " + carol,
                        "  + ADDITIVE column vendor.note is unexpected")
                .endsWith("run: drift --sql", "run: drift --fix " + bob);
        assertThat(drift(ada).exitCode()).isZero();
        assertThat(drift(ada).out()).startsWith("1 as defined\nNot compared: ");
    }

    @Test
    void patternsSelectTenantsAndWrongOnesAreRefused() {
        assertThat(drift("--tenants", "c*").out()).startsWith("1 differs alone (column vendor.note unexpected)\n");
        assertThat(drift("--tenants", "x*").exitCode()).isEqualTo(2);
        assertThat(drift("--tenants", "nobody").err()).contains("there is no tenant nobody");
        assertThat(drift(ada, "--tenants", "a*").err()).contains("give either SCHEMA or --tenants");
        Cli.Result nobody = drift("nobody");
        assertThat(nobody.exitCode()).isEqualTo(1);
        assertThat(nobody.out()).startsWith("1 unreadable\nunknown: nobody\n  there is no such tenant");
    }

    @Test
    void pendingMigrationsAreNoDrift() {
        cli.withMigration("30000101_more", "CREATE TABLE more (id INT)", "DROP TABLE more");
        assertThat(drift(ada).exitCode()).isZero();
        assertThat(cli.run("deploy", ada).exitCode()).isZero();
        assertThat(drift("--tenants", "a*").exitCode()).isZero();
        assertThat(drift().out()).startsWith("1 as defined · 2 differ alone\n");
    }

    @Test
    void anotherSchemaCanBeTheMeasure() {
        assertThat(drift(ada, "--against", bob).out())
                .contains("  + ADDITIVE index vendor_us_id_idx is unexpected")
                .contains("run: drift --fix " + ada + " --destructive --against " + bob);
        assertThat(drift(bob, "--against", bob).exitCode()).isZero();
        assertThat(drift("--against", "nowhere").exitCode()).isNotZero();
    }

    @Test
    void aFileNamesWhatIsLeftOut() {
        cli.write("ignore.txt", "\uFEFF# by hand\n\n  index vendor_us_*  \ncolumn vendor.not?\n");
        assertThat(drift("--ignore", "ignore.txt").exitCode()).isZero();
        cli.write("ignore.txt", "#index vendor_us_*\ncolumn vendor.note\n");
        assertThat(drift("--ignore", "ignore.txt").out())
                .startsWith("2 as defined · 1 differs alone (index vendor_us_id_idx missing)\n")
                .endsWith("run: drift --fix " + bob + " --ignore ignore.txt\n");
        Cli.Result none = drift("--ignore", "none.txt");
        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(none.err()).contains("cannot read ", "none.txt: there is no such file");
    }

    @Test
    void aPatternThatNamesNoKindIsRefused() {
        cli.write("ignore.txt", "indices vendor_*");
        for (List<String> command :
                List.of(List.of("drift"), List.of("verify", "--structure"), List.of("report", "--html", "page.html"))) {
            Cli.Result result = cli.run(Stream.concat(command.stream(), Stream.of("--ignore", "ignore.txt"))
                    .toArray(String[]::new));
            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err()).contains("\"indices vendor_*\" names no kind of object", "table, ", "index, ");
        }
        cli.write("ignore.txt", "index vendor_*\ncolumn *");
        assertThat(cli.run("verify", "--structure", "--ignore", "ignore.txt").exitCode())
                .isZero();
        assertThat(cli.run("verify", "--ignore", "ignore.txt").err()).contains("--ignore needs --structure");
    }

    @Test
    void aRenamedColumnIsHintedAndLossesAreListedApart() {
        database.execute("ALTER TABLE " + carol + ".vendor RENAME us_id TO us_ident");
        database.execute("CREATE TABLE " + carol + ".own (id int)");
        Cli.Result result = cli.answering("n").run("drift", "--fix", carol, "--destructive");
        assertThat(result.out().replaceAll("\\s+", " "))
                .contains("hint: perhaps renamed: column vendor.us_id -> vendor.us_ident;")
                .contains(
                        "Of these, the following lose rows or values for good: DROP TABLE own; ALTER TABLE vendor DROP COLUMN note;"
                                + " ALTER TABLE vendor DROP COLUMN us_ident; Not confirmed");
        assertThat(drift(carol, "--sql").out()).contains("-- hint: perhaps renamed: ");
        assertThat(cli.json(1, "drift", carol).at("/classes/0/hints/0").asText())
                .startsWith("perhaps renamed: ");
    }

    @Test
    void verifyHasOneBlockForATenant() {
        database.execute("GRANT SELECT ON ALL TABLES IN SCHEMA " + carol + " TO PUBLIC");
        assertThat(cli.run("verify", "--structure", carol).out().lines().filter(line -> line.startsWith("drift")))
                .hasSize(1);
    }

    @Test
    void privilegesCanBeLeftOut() {
        database.execute("GRANT SELECT ON " + ada + ".vendor TO PUBLIC");
        assertThat(drift(ada).exitCode()).isEqualTo(1);
        assertThat(drift(ada, "--no-privileges").exitCode()).isZero();
    }

    @Test
    void theScriptBringsTenantsToTheirDefinitionWithoutDestroyingAnything() {
        Cli.Result result = drift("--sql");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).startsWith("1 as defined · 2 differ alone\n").endsWith("Nothing was changed.\n");
        assertThat(result.out().lines())
                .contains(
                        "\\set ON_ERROR_STOP off",
                        "-- tenant " + bob,
                        "BEGIN;",
                        "SET LOCAL search_path TO \"" + bob + "\", \"public\";",
                        "COMMIT;",
                        "-- DESTRUCTIVE, so commented out: it drops or changes something that is there");
        runScript(result.out());
        assertThat(drift().out()).startsWith("2 as defined · 1 differs alone (column vendor.note unexpected)\n");
        assertThat(drift(bob, "--sql").out()).isEmpty();
    }

    /** As psql does, statement by statement; a wrong order fails. */
    private void runScript(String script) {
        database.execute(script.lines().filter(line -> !line.startsWith("\\")).collect(Collectors.joining("\n")));
    }

    private void deployed(String sql) {
        cli.withMigration("30000101_more", sql, "SELECT 1");
        assertThat(cli.run("deploy-all").exitCode()).isZero();
    }

    /** Names and kinds are in the wrong order: a view needs one that sorts after it, a table's default a function. */
    @Test
    void theScriptOfHalfARestoreRunsInItsOrder() {
        deployed("""
                CREATE TYPE state AS ENUM ('new', 'done');
                CREATE TABLE zoo (id serial PRIMARY KEY, a_view integer, state state);
                CREATE TABLE bear (id serial PRIMARY KEY, zoo_id integer NOT NULL REFERENCES zoo, name text UNIQUE);
                CREATE VIEW z_base AS SELECT id, name FROM bear;
                CREATE VIEW m_middle AS SELECT id FROM z_base;
                CREATE VIEW a_view AS SELECT z.id FROM m_middle z JOIN zoo USING (id);
                CREATE FUNCTION bears() RETURNS SETOF bear LANGUAGE sql AS 'SELECT * FROM bear';
                CREATE FUNCTION next_id() RETURNS bigint LANGUAGE sql AS 'SELECT max(id) + 1 FROM zoo';
                CREATE TABLE keeper (id bigint DEFAULT next_id(), bear_id integer REFERENCES bear);
                CREATE TABLE visit (id integer, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
                CREATE TABLE a_visit PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
                CREATE INDEX visit_day ON visit (day);
                CREATE RULE quiet AS ON DELETE TO a_view DO INSTEAD NOTHING""");
        List.of(ada, bob, carol)
                .forEach(
                        tenant -> database.execute(
                                "SET search_path TO " + tenant
                                        + "; DROP TABLE zoo, bear CASCADE; DROP FUNCTION next_id() CASCADE; DROP TYPE state; RESET search_path"));
        database.execute("SET search_path TO " + ada + "; DROP TABLE visit CASCADE; RESET search_path");
        database.execute("ALTER TABLE " + bob + ".visit DETACH PARTITION " + bob + ".a_visit");

        runScript(drift("--sql").out());

        assertThat(drift(ada).out()).startsWith("1 as defined\n");
        assertThat(drift(bob).out()).startsWith("1 as defined\n");
        assertThat(drift(carol).out()).startsWith("1 differs alone (column vendor.note unexpected)\n");
    }

    /** A function, an index on it and a table with the index: adding a column with a default evaluates the index again. */
    @Test
    void theScriptRunsNoCodeOfATenantThatIsNotAsDefined() {
        deployed(
                "CREATE FUNCTION norm(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(t)';"
                        + " CREATE TABLE word (id integer, t text, made timestamptz DEFAULT clock_timestamp());"
                        + " CREATE INDEX word_norm ON word (norm(t)); CREATE TABLE other (id integer, made text DEFAULT norm('X'))");
        String evil = "CREATE OR REPLACE FUNCTION norm(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS"
                + " 'BEGIN RAISE ''ran''; END'";
        database.execute("SET search_path TO " + ada + "; ALTER TABLE word DROP made; ALTER TABLE other DROP made; "
                + evil + "; RESET search_path");
        Cli.Result result = drift(ada, "--sql");
        assertThat(result.out())
                .contains("-- commented out: it may run function norm(text), which is not as defined\n"
                        + "-- ALTER TABLE word ADD COLUMN made ")
                .contains("\n-- ALTER TABLE other ADD COLUMN made ")
                .doesNotContain("\nALTER TABLE word ", "\nALTER TABLE other ");
        runScript(result.out());
        assertThat(drift("--fix", ada, "--destructive", "--yes").exitCode()).isZero();
    }

    @Test
    void theDocumentNamesDifferences() {
        JsonNode document = cli.json(1, "drift");
        assertThat(document.at("/counts").toString()).isEqualTo("{\"as-defined\":1,\"drifted\":2}");
        assertThat(document.at("/classes/0/differences").isEmpty()).isTrue();
        JsonNode difference = document.at("/classes/1/differences/0");
        assertThat(difference.at("/sql").asText()).startsWith("CREATE INDEX vendor_us_id_idx ON vendor");
        assertThat(difference.at("/change").asText()).isEqualTo("missing");
        assertThat(document.at("/classes/2/differences/0/destructive").asBoolean())
                .isTrue();
    }

    @Test
    void aRepairRunsStatementsThatDestroyNothing() {
        Cli.Result result = drift("--fix", bob, "--yes");
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.out())
                .contains("  - BREAKING index vendor_us_id_idx is missing\nThese statements run in one transaction:\n")
                .contains(bob + ": ran 1 statement\n  CREATE INDEX vendor_us_id_idx ON vendor")
                .endsWith(bob + " is as defined.\n");
        assertThat(drift(bob).exitCode()).isZero();

        Cli.Result left = drift(carol, "--fix", "--yes");
        assertThat(left.exitCode()).isEqualTo(1);
        assertThat(left.out())
                .contains("No statement was run.\n")
                .contains("because they drop or change something; --destructive runs them, too:\n")
                .endsWith("run: drift --fix " + carol + " --destructive\n");
        assertThat(drift(carol).exitCode()).isEqualTo(1);

        Cli.Result all = drift(carol, "--fix", "--destructive", "--yes");
        assertThat(all.exitCode()).as(all.all()).isZero();
        assertThat(all.out()).contains(carol + ": ran 1 statement\n").endsWith(carol + " is as defined.\n");
        assertThat(drift().out()).startsWith("3 as defined\n");
        assertThat(drift("--fix", bob, "--yes").out()).startsWith("1 as defined\n");
    }

    @Test
    void driftThatRemainsEndsWithOne() {
        database.execute("DROP INDEX " + carol + ".vendor_us_id_idx");
        Cli.Result result = drift("--fix", carol, "--yes");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out())
                .contains(carol + ": ran 1 statement\n", carol + " still differs:\n")
                .endsWith("run: drift --fix " + carol + " --destructive\n");
        JsonNode document = cli.json(1, "drift", "--fix", carol, "--yes");
        assertThat(document.at("/counts/drifted").asInt()).isEqualTo(1);
        JsonNode done = cli.json(0, "drift", "--fix", carol, "--yes", "--destructive");
        assertThat(done.at("/tenants/0/outcome").asText()).isEqualTo("as-defined");
        assertThat(done.at("/tenants/0/statements").size()).isEqualTo(1);
        assertThat(done.at("/tenants/0/remaining").isEmpty()).isTrue();
    }

    @Test
    void aRepairAsksOnATerminalAndNeedsYesElsewhere() {
        Cli.Result nowhere = drift("--fix", bob);
        assertThat(nowhere.exitCode()).isEqualTo(2);
        assertThat(nowhere.out())
                .startsWith(bob + " differs:\n  - BREAKING index vendor_us_id_idx is missing\n")
                .contains("These statements run in one transaction:\n  CREATE INDEX vendor_us_id_idx ON vendor");
        assertThat(nowhere.err())
                .contains("nothing was changed: there is no terminal for the confirmation; add --yes to change " + bob);
        JsonNode document = cli.json(2, "drift", "--fix", bob);
        assertThat(document.at("/error/message").asText())
                .contains("--json leaves no place", "add --yes to change " + bob);
        assertThat(document.at("/classes/0/differences/0/sql").asText()).startsWith("CREATE INDEX");
        assertThat(drift("--fix", ada).exitCode())
                .as("there is nothing to confirm")
                .isZero();
        assertThat(drift("--fix", carol).out()).contains("No statement was run.\n");
        for (String no : List.of("", "n", "no")) {
            Cli.Result result = cli.answering(no).run("drift", "--fix", bob);
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.out()).contains("CREATE INDEX").endsWith("Not confirmed; nothing was changed.\n");
        }
        assertThat(cli.answering("y").run("drift", "--fix", bob, "--json").exitCode())
                .isEqualTo(2);
        assertThat(drift(bob).exitCode()).isEqualTo(1);
        assertThat(cli.answering("y").run("drift", "--fix", bob).exitCode()).isZero();
        assertThat(drift(bob).exitCode()).isZero();
    }

    @Test
    void optionsThatDoNotGoTogetherAreRefused() {
        assertThat(List.of(
                        drift("--fix", "--yes"),
                        drift("--fix", "--tenants", "b*", "--yes"),
                        drift(bob, "--fix", "--sql", "--yes"),
                        drift(bob, "--destructive"),
                        drift(bob, "--yes")))
                .allSatisfy(result -> {
                    assertThat(result.exitCode()).isEqualTo(2);
                    assertThat(result.err()).contains("--fix");
                });
    }

    /** Someone repairs the tenant while the question stands on the terminal. */
    @Test
    void aTenantThatChangedMeanwhileIsLeftAsItIs() {
        Cli.Result result = cli.answering(() -> {
                    database.execute("DROP INDEX " + bob + ".contact_us_id_idx");
                    return "y";
                })
                .run("drift", "--fix", bob);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.all()).contains("changed since they were shown; nothing was changed");
        assertThat(drift(bob).out())
                .contains("index vendor_us_id_idx is missing", "index contact_us_id_idx is missing");
    }

    @Test
    void verifyFindsBothWhenItIsAskedTo() {
        assertThat(cli.run("verify").exitCode()).isZero();
        Cli.Result result = cli.run("verify", "--structure");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out().lines())
                .startsWith("2 broken: 2 drift")
                .contains("  index vendor_us_id_idx is missing", "  run: drift " + bob + " --sql")
                .contains("  column vendor.note is unexpected", "  run: drift " + carol + " --sql")
                .endsWith("3 tenants: 2 drifted, 1 healthy");
        JsonNode document = cli.json(1, "verify", "--structure");
        assertThat(document.at("/counts").toString()).isEqualTo("{\"drifted\":2,\"healthy\":1}");
        assertThat(document.at("/findings").toString()).isEqualTo("{\"drift\":2}");
        assertThat(document.at("/tenants/1/findings/0/kind").asText()).isEqualTo("drift");
        assertThat(cli.run("verify", "--structure", ada).exitCode()).isZero();
        assertThat(cli.run("verify", "--structure", bob).exitCode()).isEqualTo(1);
    }

    @Test
    void verifyGroupsEqualDifferences() {
        database.execute("DROP INDEX " + ada + ".vendor_us_id_idx");
        assertThat(cli.run("verify", "--structure").out())
                .contains("drift, 2 tenants: " + ada + ", " + bob + "\n  index vendor_us_id_idx is missing\n"
                        + "  run: drift --sql --tenants " + ada + "," + bob + "\n");
        assertThat(drift().out())
                .startsWith("2 differ alike (index vendor_us_id_idx missing) · 1 differs alone (column vendor.note"
                        + " unexpected)\n2 tenants differ alike: " + ada + ", " + bob + "\n");
    }

    @Test
    void driftIsNoKindThatSelectsTenants() {
        assertThat(cli.run("verify", "--structure", "--only", "drift").err())
                .contains("\"drift\" selects no tenants; the command drift lists them");
    }
}
