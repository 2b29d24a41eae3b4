package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.cli.setup.Host;
import dev.tenantmigrator.cli.setup.Layers;
import dev.tenantmigrator.cli.setup.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The guide's whole story, told by the commands themselves. */
final class Demo {

    private static final String SAMPLE = "migrations-sample";

    private final Story story;
    private final Path migrations;

    private Demo(Story story, Path migrations) {
        this.story = story;
        this.migrations = migrations;
    }

    /** Tells the story; throws when a command does anything else than is told. */
    static List<Map<String, Object>> run(Host host, Settings settings) throws IOException, SQLException {
        try (DemoPlace place = DemoPlace.open(host, settings)) {
            Story story = new Story(place.host(), settings.json() ? Optional.empty() : Optional.of(host.out()));
            Path migrations = place.host().directory().resolve("migrations");
            copySample(migrations);
            new Demo(story, migrations).tell();
            return story.told();
        }
    }

    private void tell() throws IOException, SQLException {
        story.heading("Three users sign up; each gets a schema with all tables");
        story.run(0, "register", "ada", "--email", "ada@example.com").shows("1 created");
        story.run(0, "register", "bob").shows("1 created");
        story.run(0, "register", "Carol O'Neil").shows("1 created", "carol_o_neil_");
        story.run(0, "status").shows("3 healthy");
        String ada = story.tenant("ada_");
        String bob = story.tenant("bob_");

        story.heading("A new migration is written");
        story.run(0, "create", "add_invoices").shows("add_invoices");
        String version = newest();
        write(version);

        story.heading("One tenant is broken by hand; the others are migrated all the same");
        story.byHand("CREATE TABLE \"" + bob + "\".invoice (note TEXT)");
        story.run(1, "deploy-all").shows("2 migrated", "1 failed", version + "/migration.sql:5");

        story.heading("It is mended; the next run resumes");
        story.byHand("DROP TABLE \"" + bob + "\".invoice");
        story.run(0, "deploy-all").shows("1 migrated", "2 up-to-date");

        story.heading("A required table gets lost, is noticed, and made again");
        story.byHand("DROP TABLE \"" + ada + "\".reminders");
        story.run(1, "verify").shows("reminders", "1 unhealthy");
        story.run(0, "backfill").shows("1 backfilled");
        story.run(0, "verify").shows("3 healthy");

        story.heading("The migration is taken back, in one tenant and then in all");
        story.run(0, "rollback", version, ada).shows("1 rolled-back");
        story.run(0, "rollback", version).shows("2 rolled-back", "1 not-applied");
        story.run(0, "deploy-all").shows("3 migrated");
        story.run(0, "verify").shows("3 healthy");
    }

    private String newest() throws IOException {
        return MigrationSource.directory(migrations).read().stream()
                .map(Migration::version)
                .max(String::compareTo)
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
        for (Migration migration :
                MigrationSource.classpath(SAMPLE, Demo.class.getClassLoader()).read()) {
            Path directory = Files.createDirectories(migrations.resolve(migration.version()));
            Files.writeString(directory.resolve("migration.sql"), migration.up().text());
            if (migration.down().isPresent()) {
                Files.writeString(
                        directory.resolve("rollback.sql"),
                        migration.down().get().text());
            }
        }
        try (InputStream options = Demo.class.getResourceAsStream("/" + SAMPLE + "/" + Layers.FILE)) {
            if (options == null) {
                throw new IllegalStateException("the sample migrations are not in this jar");
            }
            Files.copy(options, migrations.resolve(Layers.FILE));
        }
    }
}
