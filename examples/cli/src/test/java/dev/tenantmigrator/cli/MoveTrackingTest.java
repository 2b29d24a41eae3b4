package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The option for the tracking store, and the move from one store to the other. */
class MoveTrackingTest {

    @TempDir
    private Path directory;

    private TestDatabase database;
    private Cli cli;

    @BeforeEach
    void createDatabase() {
        database = TestDatabase.create("move");
        cli = Cli.on(database, directory).withSample();
    }

    @AfterEach
    void dropTheDatabase() throws Exception {
        database.close();
    }

    @Test
    void movesThereAndBack() {
        String ada = cli.register("ada");
        assertThat(cli.json(0, "move-tracking", "--to", "fleet")
                        .at("/tenants/0/outcome")
                        .asText())
                .isEqualTo("moved");
        assertThat(cli.run("list").out()).doesNotContain(ada);
        cli.with("TENANT_MIGRATOR_TRACKING", "fleet");
        assertThat(cli.run("list").out()).contains(ada);
        assertThat(cli.run("deploy-all").exitCode()).isZero();
        assertThat(cli.run("verify").exitCode()).isZero();
        String bob = cli.register("bob");

        Cli.Result back = cli.run("move-tracking", "--to", "schema");

        assertThat(back.exitCode()).isZero();
        assertThat(back.out()).contains(ada, bob, "2 tenants: 2 moved");
        assertThat(cli.run("list", "--tracking", "schema").out()).contains(ada, bob);
    }

    @Test
    void anUnknownStoreIsWrongUsage() {
        assertThat(cli.run("status", "--tracking", "there").exitCode()).isEqualTo(2);
        assertThat(cli.run("move-tracking").exitCode()).isEqualTo(2);
        assertThat(cli.run("move-tracking", "--to", "there").exitCode()).isEqualTo(2);
    }

    @Test
    void aMoveToTheCurrentStoreIsWrongUsage() {
        Cli.Result same = cli.run("move-tracking", "--to", "schema");
        assertThat(same.exitCode()).isEqualTo(2);
        assertThat(same.err()).contains("the same store");
    }
}
