package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One script in every tenant, and the versions of all tenants. */
class RunCommandTest {

    @TempDir
    private Path directory = Path.of("");

    private final TestDatabase database = TestDatabase.create("run_command");
    private Cli cli = new Cli(directory);
    private String ann = "";
    private String bob = "";

    @BeforeEach
    void createTenants() {
        cli = Cli.on(database, directory);
        cli.withMigration(
                "20240101_items",
                "CREATE TABLE items (id int PRIMARY KEY, name text, price numeric, sold boolean)",
                "DROP TABLE items");
        ann = register("ann");
        bob = register("bob");
        database.execute(
                "INSERT INTO %s.items VALUES (1, 'a, \"b\"', 1.50, true), (2, NULL, NULL, false)".formatted(ann));
        database.execute("INSERT INTO %s.items VALUES (3, '', 2, NULL)".formatted(bob));
    }

    @AfterEach
    void close() throws SQLException {
        database.close();
    }

    private String register(String user) {
        return cli.json(0, "register", user).at("/tenants/0/schema").asText();
    }

    private String file(String sql) throws IOException {
        Files.writeString(directory.resolve("script.sql"), sql);
        return "script.sql";
    }

    @Test
    void printsRowsAsATableWithTheTenant() throws IOException {
        Cli.Result result =
                cli.run("run", file("SELECT id, name FROM public.items ORDER BY id; SELECT count(*) FROM items"));

        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.out().lines().map(line -> line.replaceAll(" +", " ").strip()))
                .containsExactly(
                        "tenant id name",
                        ann + " 1 a, \"b\"",
                        ann + " 2",
                        bob + " 3",
                        "",
                        "tenant count",
                        ann + " 2",
                        bob + " 1",
                        "",
                        "2 tenants: 2 ran");
    }

    @Test
    void printsCsvOfOneQuery() throws IOException {
        String query = "SET search_path = public; SELECT id, name, price AS tenant, sold, id FROM items ORDER BY id";

        Cli.Result result = cli.run("run", file(query), "--csv");

        assertThat(result.out()).isEqualTo("""
                        tenant,id,name,tenant_2,sold,id_2
                        %1$s,1,"a, ""b""\",1.50,t,1
                        %1$s,2,,,f,2
                        %2$s,3,,2,,3
                        """.formatted(ann, bob));
        assertThat(cli.run("run", file(query), "--csv", "--tenants", "bob*").out())
                .doesNotContain(ann)
                .contains(bob);
        assertThat(cli.run("run", file("SELECT 1; SELECT 2"), "--csv").exitCode())
                .isEqualTo(2);
        assertThat(cli.run("run", file("SELECT 1"), "--csv", "--json").exitCode())
                .isEqualTo(2);
    }

    @Test
    void printsJson() throws IOException {
        JsonNode result = cli.json(0, "run", file("SELECT id, name, price, sold FROM items ORDER BY id"));

        assertThat(result.at("/results/0/columns").toString())
                .isEqualTo("[\"tenant\",\"id\",\"name\",\"price\",\"sold\"]");
        assertThat(result.at("/results/0/rows/0").toString())
                .isEqualTo("{\"tenant\":\"%s\",\"id\":1,\"name\":\"a, \\\"b\\\"\",\"price\":1.5,\"sold\":true}"
                        .formatted(ann));
        assertThat(result.at("/results/0/rows/2/sold").isNull()).isTrue();
        assertThat(result.at("/counts/ran").asInt()).isEqualTo(2);
    }

    @Test
    void valuesOfAnyTypeAreKeptInJsonAndCsv() throws IOException {
        String script =
                file("SELECT 12.5::money AS price, B'1'::bit(1) AS flag, 'NaN'::float8 AS nan, 1e300::float8 AS big,"
                        + " false AS no, E'x\\x1b[2J  ' AS text");

        JsonNode row = cli.json(0, "run", script, "--tenants", ann).at("/results/0/rows/0");
        String csv = cli.run("run", script, "--tenants", ann, "--csv").out();

        assertThat(row.at("/price").asText()).contains("12");
        assertThat(row.at("/flag").toString()).isEqualTo("\"1\"");
        assertThat(row.at("/nan").asText()).isEqualTo("NaN");
        assertThat(row.at("/big").isNumber()).isTrue();
        assertThat(row.at("/no").toString()).isEqualTo("false");
        assertThat(csv).endsWith(",1,NaN,1e+300,f,x\u001b[2J  \n");
        assertThat(cli.answering("")
                        .run("run", script, "--tenants", ann, "--csv")
                        .out())
                .as("on a terminal")
                .endsWith("f,x?[2J  \n");
    }

    @Test
    void csvNamesTenantsThatHadNoTurn() throws IOException {
        String script = file("SELECT 1 / (2 - count(*)) AS n FROM items");

        Cli.Result csv = cli.run("run", script, "--csv", "--order", "name", "--on-failure", "stop");

        assertThat(csv.exitCode()).isEqualTo(1);
        assertThat(csv.out()).isEmpty();
        assertThat(csv.err()).contains(ann + ": division by zero", bob + ": skipped: ");
    }

    @Test
    void writesOnlyWithWrite() throws IOException {
        String script = file("UPDATE items SET name = 'x' RETURNING id;");

        Cli.Result refused = cli.run("run", script);
        Cli.Result written = cli.run("run", script, "--write");

        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.all()).contains("script.sql:1", "read-only", "--write");
        assertThat(written.exitCode()).as(written.all()).isZero();
        assertThat(database.value("SELECT string_agg(name, '') FROM %s.items".formatted(ann)))
                .isEqualTo("xx");
        assertThat(cli.run("verify").exitCode()).isZero();
    }

    @Test
    void aTenantThatFailsIsReportedAndTheOthersShowTheirRows() throws IOException {
        String script = file("SELECT id FROM items;\nSELECT 1 / (2 - count(*)) FROM items");

        Cli.Result result = cli.run("run", script);
        Cli.Result csv = cli.run("run", file("SELECT 1 / (2 - count(*)) AS n FROM items"), "--csv");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.all()).contains(ann, "division by zero", "script.sql:2", "1 failed", "1 ran");
        assertThat(csv.out()).isEqualTo("tenant,n\n" + bob + ",1\n");
        assertThat(csv.err()).contains(ann, "division by zero");
    }

    @Test
    void namesWhatIsWrongWithTheFile() throws IOException {
        assertThat(cli.run("run", "missing.sql").all()).contains("missing.sql", "no such file");
        assertThat(cli.run("run", ".").all()).contains("directory");
        assertThat(cli.run("run", file("SELECT * FROM other.t")).all()).contains("script.sql:1", "other");
        assertThat(cli.run("run", file("VACUUM items"), "--write").all())
                .contains("script.sql", "put it into a migration");
        assertThat(cli.run("run", file("VACUUM items"), "--write").exitCode()).isEqualTo(2);
        assertThat(cli.run("run", file("SELECT 1"), "--tenants", "nobody*").exitCode())
                .isEqualTo(2);
    }

    @Test
    void historyShowsEachVersionInAllTenants() {
        cli.withMigration("20240102_more", "CREATE TABLE more (id int)", "DROP TABLE more");
        database.execute("UPDATE %s.schema_migrations SET applied_at = '2024-02-03 04:05:06'".formatted(ann));
        cli.run("deploy", bob);

        Cli.Result text = cli.run("history");
        JsonNode json = cli.json(0, "history");

        assertThat(text.out()
                        .lines()
                        .map(line -> line.replaceAll(" +", " ").strip())
                        .toList())
                .first()
                .isEqualTo("VERSION TENANTS FIRST LAST");
        assertThat(text.out()).contains("20240101_items  2 of 2   2024-02-03 04:05:06", "20240102_more   1 of 2");
        assertThat(json.at("/versions/0/tenants").asInt()).isEqualTo(2);
        assertThat(json.at("/versions/0/first").asText()).isEqualTo("2024-02-03T04:05:06");
        assertThat(json.at("/versions/1/version").asText()).isEqualTo("20240102_more");
        assertThat(cli.json(0, "history", ann).at("/versions/1/tenants").asInt())
                .isZero();
        assertThat(cli.run("history", "nobody").exitCode()).isEqualTo(2);
    }
}
