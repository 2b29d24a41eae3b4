package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Possible causes of drift, with the commands for them: a column of bob was renamed by hand, carol lost the record of a version. */
class DriftHintsTest {

    private static final String RENAMED =
            "perhaps renamed: column vendor.us_id -> vendor.us_ident; a repair would make an"
                    + " empty one, so rename it back first: ALTER TABLE vendor RENAME COLUMN us_ident TO us_id";
    private static final String NOT_RECORDED =
            "the structure is as version " + Cli.ADD_PREFERENCES + " gives it, which is not recorded";

    @TempDir
    private Path directory;

    private TestDatabase database;
    private Cli cli;
    private String bob;
    private String carol;

    @BeforeEach
    void twoTenantsAreDrifted() {
        database = TestDatabase.create("hints");
        cli = Cli.on(database, directory).withSample().write("ignore file", "index own_*");
        cli.register("ada");
        bob = cli.register("bob");
        carol = cli.register("carol");
        database.execute("ALTER TABLE " + bob + ".vendor RENAME us_id TO us_ident");
        database.execute("DELETE FROM " + carol + ".schema_migrations WHERE version = '" + Cli.ADD_PREFERENCES + "'");
    }

    @AfterEach
    void dropTheDatabase() throws Exception {
        database.close();
    }

    private String renamesBack() {
        return "psql -c 'SET search_path TO \"" + bob + "\"' -c 'ALTER TABLE vendor RENAME COLUMN us_ident TO us_id'";
    }

    private String records() {
        return "repair mark-applied " + Cli.ADD_PREFERENCES + " " + carol;
    }

    @Test
    void verifyShowsThemWithTheirCommandsAndTheGivenOptions() {
        Cli.Result result = cli.run("verify", "--structure", "--ignore", "ignore file", "--no-privileges");
        assertThat(result.out().lines())
                .containsSubsequence(
                        "drift: " + bob,
                        "  hint: " + RENAMED,
                        "  run: " + renamesBack(),
                        "  run: drift " + bob + " --sql --ignore 'ignore file' --no-privileges",
                        "drift: " + carol,
                        "  hint: " + NOT_RECORDED,
                        "  run: " + records(),
                        "  run: drift " + carol + " --sql --ignore 'ignore file' --no-privileges")
                .noneMatch(line -> line.startsWith("warning"));
        assertThat(cli.json(1, "verify", "--structure").at("/findings/drift").asInt())
                .isEqualTo(2);
    }

    @Test
    void tenantsWithEqualHintsShareABlock() {
        String dave = cli.register("dave");
        database.execute("DELETE FROM " + dave + ".schema_migrations WHERE version = '" + Cli.ADD_PREFERENCES + "'");
        assertThat(cli.run("verify", "--structure", "--no-privileges").out().lines())
                .containsSubsequence(
                        "drift, 2 tenants: " + carol + ", " + dave,
                        "  hint: " + NOT_RECORDED,
                        "  run: " + records(),
                        "  run: repair mark-applied " + Cli.ADD_PREFERENCES + " " + dave,
                        "  run: drift --sql --no-privileges --tenants " + carol + "," + dave);
    }

    /** --fix --destructive refuses to run in both. */
    @Test
    void driftAdvisesTheirCommandsAndNoRepair() {
        assertThat(cli.run("drift", carol).out().lines())
                .contains("  hint: " + NOT_RECORDED + ": " + records())
                .endsWith("run: drift " + carol + " --sql", "run: " + records());
        assertThat(cli.run("drift", bob, "--no-privileges").out().lines())
                .contains("  hint: " + RENAMED)
                .endsWith("run: drift " + bob + " --sql --no-privileges", "run: " + renamesBack());
        assertThat(cli.run("drift", "--fix", carol, "--yes").out())
                .contains("No statement was run.\n")
                .endsWith("run: " + records() + "\n");
    }

    @Test
    void afterARepairTheTenantIsComparedAgain() {
        Cli.Result result = cli.run("drift", "--fix", bob, "--yes", "--no-privileges");
        assertThat(result.out()).contains(bob + " still differs:").endsWith("run: drift " + bob + " --no-privileges\n");
    }

    @Test
    void theirCommandsBringTheTenantsToTheirDefinition() {
        database.execute("SET search_path TO \"" + bob + "\"; ALTER TABLE vendor RENAME COLUMN us_ident TO us_id;"
                + " RESET search_path");
        assertThat(cli.run(records().split(" ", -1)).exitCode()).isZero();
        Cli.Result result = cli.run("verify", "--structure");
        assertThat(result.exitCode()).as(result.all()).isZero();
    }

    @Test
    void theyAreInTheScriptThePageAndTheDocument() {
        assertThat(cli.run("drift", "--sql").out()).contains("-- hint: " + RENAMED, "-- hint: " + NOT_RECORDED + ": ");
        assertThat(cli.json(1, "drift", carol).at("/classes/0/hints/0").asText())
                .isEqualTo(NOT_RECORDED + ": " + records());
        cli.run("report", "--html", "page.html", "--no-privileges");
        assertThat(directory.resolve("page.html"))
                .content()
                .contains("tm " + records(), "tm drift " + carol + " --sql --no-privileges")
                .doesNotContain("--destructive");
    }
}
