package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.cli.output.PlanText;
import dev.tenantmigrator.report.PlanReport;
import dev.tenantmigrator.report.PlannedMigration;
import dev.tenantmigrator.report.ScriptNote;
import dev.tenantmigrator.report.TenantPlan;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@PostgresTest
class PlanCommandTest {

    private static final String TAGS = "20250101_add_tags";

    @TempDir
    private Path directory;

    private Cli cli;
    private String ada;
    private String bob;

    @BeforeEach
    void twoTenantsWithOneMigrationPending(TestDatabase database) {
        cli = Cli.on(database, directory).withSample();
        ada = cli.register("ada");
        bob = cli.register("bob");
        cli.withMigration(
                TAGS,
                "-- tags\nCREATE TABLE public.tag (id int);\n\nALTER TABLE \"public\".\"vendor\"\n\tADD COLUMN tag text"
                        + " DEFAULT 'public.x'",
                "DROP TABLE tag");
    }

    @Test
    void theSqlGoesToStandardOutputTheNotesOncePerVersionToStandardError() {
        Cli.Result result = cli.run("plan");
        assertThat(result.exitCode()).isZero();
        for (String tenant : new String[] {ada, bob}) {
            assertThat(result.out())
                    .contains("-- tenant " + tenant + ", version " + TAGS + ", ")
                    .contains("CREATE TABLE \"" + tenant + "\".tag (id int);\n")
                    .contains("ALTER TABLE \"" + tenant + "\".\"vendor\"\n\tADD COLUMN tag text DEFAULT 'public.x';\n")
                    .contains("INSERT INTO \"" + tenant + "\".");
        }
        assertThat(result.out()).doesNotContain("blocks-reads");
        assertThat(result.err())
                .containsOnlyOnce(TAGS + " (")
                .contains("migration.sql), ")
                .contains("  line 4: blocks-reads: vendor: ADD COLUMN makes readers and writers wait")
                .contains("  line 4: left-alone: the text 'public.x' stays as it is")
                .contains("nothing was changed");
        assertThat(cli.json(1, "status", ada).at("/tenants/0/pending/0").asText())
                .isEqualTo(TAGS);
    }

    @Test
    void theShownSqlCanBeRunInPlaceOfADeploy(TestDatabase database) {
        String script = cli.run("plan", ada).out();
        assertThat(script).startsWith("\\set ON_ERROR_STOP on\n");
        database.execute(script.substring(script.indexOf('\n')));
        assertThat(cli.run("verify", ada).exitCode()).isZero();
        assertThat(cli.json(0, "plan", ada).at("/tenants/0/outcome").asText()).isEqualTo("up-to-date");
        assertThat(cli.run("plan", ada).out()).isEmpty();
        assertThat(cli.run("plan", ada).err()).contains("1 tenant: 1 up-to-date; nothing was changed");
    }

    @Test
    void theSqlOfAFileIsWholeAndThatOfATerminalIsSafe() {
        cli.withMigration(
                "20250102_letters",
                "CREATE TABLE letters AS SELECT 'a\nb\u001B[2J\u202E' AS text",
                "DROP TABLE letters");

        assertThat(cli.run("plan", ada).out()).contains("SELECT 'a\nb\u001B[2J\u202E' AS text;\n");
        assertThat(cli.answering("").run("plan", ada).out()).contains("SELECT 'a\nb?[2J?' AS text;\n");
    }

    @Test
    void theJsonDocumentHoldsStatementsAndNotes() {
        JsonNode plan = cli.json(0, "plan", bob);
        assertThat(plan.at("/tenants/0/outcome").asText()).isEqualTo("planned");
        assertThat(Cli.texts(plan.at("/tenants/0/pending"))).containsExactly(TAGS);
        JsonNode migration = plan.at("/tenants/0/migrations/0");
        assertThat(migration.at("/version").asText()).isEqualTo(TAGS);
        assertThat(migration.at("/applied").asBoolean(true)).isFalse();
        assertThat(migration.at("/transactional").asBoolean()).isTrue();
        assertThat(migration.at("/file").asText()).endsWith(TAGS + "/migration.sql");
        assertThat(migration.at("/statements/1/line").asInt()).isEqualTo(4);
        assertThat(migration.at("/statements/1/sql").asText()).startsWith("ALTER TABLE \"" + bob + "\".\"vendor\"\n");
        assertThat(migration.at("/notes").findValuesAsText("kind")).contains("blocks-reads", "left-alone");
        assertThat(plan.at("/counts/planned").asInt()).isEqualTo(1);
    }

    @Test
    void oneVersionAppliedOrNot() {
        Cli.Result initial = cli.run("plan", ada, "--version", Cli.INITIAL_SCHEMA);
        assertThat(initial.exitCode()).isZero();
        assertThat(initial.out()).contains("(applied already)").contains("CREATE TABLE");
        assertThat(cli.json(0, "plan", ada, "--version", TAGS)
                        .at("/tenants/0/migrations/0/applied")
                        .asBoolean(true))
                .isFalse();
        assertThat(cli.run("plan", "--version", "nothing").exitCode()).isEqualTo(2);
        assertThat(cli.run("plan", "--version", TAGS, "--out-of-order").exitCode())
                .isEqualTo(2);
    }

    @Test
    void aPlanThatADeployWouldRefuseEndsWithOne() {
        cli.write("migrations/20241218_initial_schema/migration.sql", "SELECT 1");
        Cli.Result result = cli.run("plan");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("would fail: ").contains("was edited after it was applied");
        assertThat(cli.json(1, "plan", ada).at("/tenants/0/outcome").asText()).isEqualTo("failed");
        assertThat(cli.run("plan", "nobody").exitCode()).isEqualTo(2);
    }

    @Test
    void aPlanSharedByManyTenantsIsShownOnce() {
        List<TenantPlan> tenants = IntStream.range(0, 300)
                .mapToObj(i -> tenantPlan("t" + i, i == 299))
                .toList();
        PlanReport report = new PlanReport(tenants, Set.of());

        List<String> lines = PlanText.sql(report, false);
        assertThat(lines.get(0)).isEqualTo("\\set ON_ERROR_STOP on");
        assertThat(lines.get(2)).startsWith("-- 299 tenants have this plan. The SQL here is for one of them only, t0;");
        assertThat(lines).noneMatch(line -> line.contains("t1"));
        assertThat(lines).filteredOn("BEGIN;"::equals).hasSize(2);
        assertThat(PlanText.sql(report, true)).filteredOn("BEGIN;"::equals).hasSize(300);
    }

    private static TenantPlan tenantPlan(String schema, boolean begun) {
        PlannedMigration migration = new PlannedMigration(
                "1_a",
                "m/1_a/migration.sql",
                false,
                true,
                begun ? List.of("BEGIN") : List.of("BEGIN", "SET LOCAL x = y"),
                List.of(),
                List.of(),
                List.of());
        return new TenantPlan(schema, List.of(migration), Optional.empty());
    }

    /** A version that was started is not shown as the plan of tenants in which it is pending. */
    @Test
    void tenantsThatGotToAnotherPartAreNotGrouped() {
        List<TenantPlan> tenants = IntStream.range(0, 300)
                .mapToObj(i -> new TenantPlan(
                        "t_" + i,
                        List.of(new PlannedMigration(
                                "20240101_x",
                                "x/migration.sql",
                                false,
                                false,
                                List.of("BEGIN"),
                                List.of(new SqlStatement("SELECT 2", 2)),
                                List.of("COMMIT"),
                                i % 3 == 1
                                        ? List.of(new ScriptNote(
                                                ScriptNote.Kind.NOT_TRANSACTIONAL, 1, "part 1 of 2 is done already"))
                                        : List.of())),
                        Optional.empty()))
                .toList();
        PlanReport report = new PlanReport(tenants, Set.of());

        assertThat(PlanText.sql(report, false))
                .filteredOn(line -> line.contains("have this plan"))
                .hasSize(2)
                .anyMatch(line -> line.startsWith("-- 200 tenants"));
        assertThat(PlanText.notes(report, Map.of(), Comparator.naturalOrder()))
                .anyMatch(line -> line.contains("100 tenants:"));
    }
}
