package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The document's story: someone changed two of three tenants by hand; the commands find both and repair them. */
@PostgresTest
class DriftStoryTest {

    @Test
    void theStoryInTheDocumentIsReal(TestDatabase database, @TempDir Path directory) throws Exception {
        Cli cli = Cli.on(database, directory).withSample().with("COLUMNS", "100");
        cli.register("ada");
        String bob = cli.register("bob");
        String carol = cli.register("carol");
        database.execute("DROP INDEX " + bob + ".vendor_us_id_idx");
        database.execute("ALTER TABLE " + carol + ".vendor ADD COLUMN note TEXT");
        assertThat(cli.run("verify").exitCode()).isZero();

        captured(cli, 1, "verify", "--structure");
        captured(cli, 1, "drift", "--sql");
        captured(cli, 0, "drift", "--fix", bob, "--yes");
        captured(cli, 1, "drift", "--fix", carol, "--yes");
        captured(cli, 0, "drift", "--fix", carol, "--destructive", "--yes");

        assertThat(cli.run("verify", "--structure").exitCode()).isZero();
    }

    private static void captured(Cli cli, int exitCode, String... words) throws Exception {
        Cli.Result result = cli.run(words);
        assertThat(result.exitCode()).as(result.all()).isEqualTo(exitCode);
        Capture.assertCaptured("tm " + String.join(" ", words).replaceAll("_[0-9]{8}", "_12345678"), result.out());
    }
}
