package dev.tenantmigrator.cli;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The document shows a failure as the command prints it on a terminal of 100 columns. */
@PostgresTest
class FailureCaptureTest {

    @Test
    void theFailureInTheDocumentIsReal(TestDatabase database, @TempDir Path directory) throws Exception {
        Cli cli = Cli.on(database, directory).withSample();
        String bob = cli.register("bob");
        cli.withMigration(
                "20250101_add_rating",
                "ALTER TABLE \"public\".\"vendor\"\n    ADD COLUMN \"rating\" INTEGR NOT NULL DEFAULT 0;",
                "ALTER TABLE \"public\".\"vendor\" DROP COLUMN \"rating\";");

        Capture.assertCaptured("tm deploy bob_12345678", runInDirectory(database, directory, "deploy", bob));
    }

    /** In a process of its own: it has a working directory, so files are shown as an operator sees them. */
    private static String runInDirectory(TestDatabase database, Path directory, String command, String schema)
            throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        command,
                        schema)
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment()
                .putAll(Map.of(
                        "TENANT_MIGRATOR_URL", database.jdbcUrl(),
                        "TENANT_MIGRATOR_USER", database.user(),
                        "TENANT_MIGRATOR_PASSWORD", database.password(),
                        "COLUMNS", "100"));
        Process process = builder.start();
        try (var out = process.getInputStream()) {
            return new String(out.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
