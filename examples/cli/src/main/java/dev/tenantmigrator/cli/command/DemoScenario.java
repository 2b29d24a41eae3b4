package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.cli.setup.CliContext;
import dev.tenantmigrator.cli.setup.CliSettings;
import dev.tenantmigrator.cli.setup.SettingsLoader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The steps of the demo: a small fleet from the first tenant to a rollback. */
final class DemoScenario {

    private static final String SAMPLE = "migrations-sample";

    private final DemoTranscript transcript;
    private final Path migrations;

    private DemoScenario(DemoTranscript transcript, Path migrations) {
        this.transcript = transcript;
        this.migrations = migrations;
    }

    /** Runs all steps. Throws if a command does not do what the step expects. */
    static List<Map<String, Object>> run(CliContext context, CliSettings settings) throws IOException, SQLException {
        try (DemoSandbox sandbox = DemoSandbox.open(context, settings)) {
            DemoTranscript transcript = new DemoTranscript(
                    sandbox.context(), settings.json() ? Optional.empty() : Optional.of(context.out()));
            Path migrations = sandbox.context().directory().resolve("migrations");
            copySample(migrations);
            new DemoScenario(transcript, migrations).play();
            return transcript.steps();
        }
    }

    private void play() throws IOException, SQLException {
        transcript.heading("Three users sign up; each one gets a schema with all tables");
        transcript.run(0, "register", "ada", "--email", "ada@example.com").shows("1 created");
        transcript.run(0, "register", "bob").shows("1 created");
        transcript.run(0, "register", "Carol O'Neil").shows("1 created", "carol_o_neil_");
        transcript.run(0, "status").shows("3 healthy");
        String ada = transcript.tenant("ada_");
        String bob = transcript.tenant("bob_");

        transcript.heading("A developer writes a new migration");
        transcript.run(0, "create", "add_invoices").shows("add_invoices");
        String version = newest();
        write(version);

        transcript.heading("One tenant has a conflicting table; the other tenants are migrated");
        transcript.byHand("CREATE TABLE \"" + bob + "\".invoice (note TEXT)");
        transcript.run(1, "deploy-all").shows("2 migrated", "1 failed", version + "/migration.sql:5");

        transcript.heading("The conflict is removed; the next run continues with this tenant");
        transcript.byHand("DROP TABLE \"" + bob + "\".invoice");
        transcript.run(0, "deploy-all").shows("1 migrated", "2 up-to-date");

        transcript.heading("A required table is lost; verify finds it, backfill recreates it");
        transcript.byHand("DROP TABLE \"" + ada + "\".reminders");
        transcript.run(1, "verify").shows("reminders", "1 unhealthy");
        transcript.run(0, "backfill").shows("1 backfilled");
        transcript.run(0, "verify").shows("3 healthy");

        transcript.heading("The migration is rolled back, in one tenant and then in all");
        transcript.run(0, "rollback", version, ada).shows("1 rolled-back");
        transcript.run(0, "rollback", version).shows("2 rolled-back", "1 not-applied");
        transcript.run(0, "deploy-all").shows("3 migrated");
        transcript.run(0, "verify").shows("3 healthy");
    }

    private String newest() throws IOException {
        MigrationSource source = MigrationSource.directory(migrations);
        return source.read().stream()
                .map(Migration::version)
                .max(source.order())
                .orElseThrow();
    }

    private void write(String version) throws IOException {
        Files.writeString(migrations.resolve(version).resolve("migration.sql"), """
                -- AlterTable
                ALTER TABLE "public"."vendor" ADD COLUMN "last_invoice" DATE;

                -- CreateTable
                CREATE TABLE "public"."invoice" (
                    "id" UUID NOT NULL DEFAULT uuid_generate_v4(),
                    "vendor_id" UUID NOT NULL REFERENCES "public"."vendor" ("id"),
                    "amount" DECIMAL(12,2) NOT NULL,

                    CONSTRAINT "invoice_pkey" PRIMARY KEY ("id")
                );
                """);
        Files.writeString(migrations.resolve(version).resolve("rollback.sql"), """
                DROP TABLE "public"."invoice";
                ALTER TABLE "public"."vendor" DROP COLUMN "last_invoice";
                """);
    }

    private static void copySample(Path migrations) throws IOException {
        for (Migration migration : MigrationSource.classpath(SAMPLE, DemoScenario.class.getClassLoader())
                .read()) {
            Path directory = Files.createDirectories(migrations.resolve(migration.version()));
            Files.writeString(directory.resolve("migration.sql"), migration.up().text());
            if (migration.down().isPresent()) {
                Files.writeString(
                        directory.resolve("rollback.sql"),
                        migration.down().get().text());
            }
        }
        try (InputStream options = DemoScenario.class.getResourceAsStream("/" + SAMPLE + "/" + SettingsLoader.FILE)) {
            if (options == null) {
                throw new IllegalStateException("the sample migrations are not in this jar");
            }
            Files.copy(options, migrations.resolve(SettingsLoader.FILE));
        }
    }
}
