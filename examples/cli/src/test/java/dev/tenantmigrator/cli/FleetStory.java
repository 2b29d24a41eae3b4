package dev.tenantmigrator.cli;

import dev.tenantmigrator.support.TestDatabase;
import java.util.stream.Stream;

/** The good and bad days of a small fleet, told by its commands. */
final class FleetStory {

    private static final String INITIAL = "20241218_initial_schema";
    private static final String TAGS = "20250101_add_tags";
    private static final String LABELS = "20250102_add_labels";

    private final TestDatabase database;
    private final Cli cli;
    private final JsonLog log;

    FleetStory(TestDatabase database, Cli cli, JsonLog log) {
        this.database = database;
        this.cli = cli;
        this.log = log;
    }

    void tell() {
        log.heading("Users sign up");
        String ada = register("ada", "--email", "ada@example.com");
        String bob = register("bob");
        String carol = register("Carol O'Neil");
        log.run("register", "dan", "--email", "ada@example.com");
        healthyFleet(ada);
        pendingMigration(bob);
        failingMigration(bob);
        lostTable(ada);
        rollback(ada);
        otherMigrations(bob);
        repair(bob);
        drift(bob);
        renameAndDrop(ada, bob);
        adopt(carol);
        moveTracking();
        spares(bob);
    }

    private void healthyFleet(String ada) {
        log.heading("All is well");
        cli.write("count.sql", "SELECT count(*) AS members, true AS read FROM public.team_member");
        log.run("list");
        log.run("status", ada);
        log.run("history");
        log.run("run", "count.sql");
        log.run("plan", ada);
        log.run("deploy", ada);
        log.run("verify");
    }

    private void pendingMigration(String bob) {
        log.heading("A new migration");
        cli.withMigration(
                TAGS,
                "CREATE TABLE public.tag (id int); ALTER TABLE vendor ADD COLUMN tag text DEFAULT 'public.x'",
                "DROP TABLE tag; ALTER TABLE vendor DROP COLUMN tag");
        log.run("status", bob);
        log.run("verify", bob);
        log.run("plan", bob);
        log.run("plan", bob, "--version", INITIAL);
        log.run("plan", "--version", "unknown");
        log.run("plan", "--version", TAGS, "--out-of-order");
        log.run("deploy", bob, "--target", "unknown");
    }

    private void failingMigration(String bob) {
        log.heading("A migration fails in one tenant");
        database.execute("CREATE TABLE " + bob + ".tag (id int)");
        log.run("deploy", bob, "--error-details");
        log.run("deploy-all", "--order", "name", "--groups", "bob*,1", "--tries", "1");
        database.execute("DROP TABLE " + bob + ".tag");
        log.run("deploy-all", "--order", "name", "--groups", "1,rest");
        log.run("deploy-all");
        log.run("deploy-all", "--tenants", "x*");
    }

    private void lostTable(String ada) {
        log.heading("A required table is lost");
        database.execute("DROP TABLE " + ada + ".reminders");
        log.run("status", ada);
        log.run("verify", ada);
        log.run("backfill", ada);
        log.run("backfill");
    }

    private void rollback(String ada) {
        log.heading("Rollbacks");
        log.run("rollback", INITIAL, ada);
        log.run("rollback", TAGS, ada);
        log.run("rollback", TAGS);
        log.run("rollback", "unknown");
        log.run("rollback", TAGS, ada, "--tenants", "a*");
        log.run("rollback", "20241220_add_preferences", ada, "--with-later");
        log.run("deploy-all");
    }

    private void otherMigrations(String bob) {
        log.heading("With the migrations of an older release");
        cli.with("TENANT_MIGRATOR_MIGRATIONS", Cli.SAMPLE.toAbsolutePath().toString());
        log.run("deploy", bob);
        log.run("verify", bob);
        cli.without("TENANT_MIGRATOR_MIGRATIONS");
        log.heading("A migration was merged late");
        cli.withMigration("20241219_late", "CREATE TABLE late (id int)", "DROP TABLE late");
        log.run("deploy", bob);
        log.run("deploy-all", "--out-of-order");
        log.run("verify", bob);
        log.heading("A migration that cannot run in a transaction");
        cli.withMigration("20250101_index", "CREATE INDEX CONCURRENTLY i ON vendor (id)", "DROP INDEX CONCURRENTLY i");
        log.run("plan", bob);
        log.run("deploy-all");
    }

    private void repair(String bob) {
        log.heading("Repairs");
        cli.withMigration(LABELS, "CREATE TABLE label (id int)", "DROP TABLE label");
        log.run("deploy", bob);
        cli.write("migrations/" + LABELS + "/migration.sql", "CREATE TABLE edited (id int)");
        log.run("verify", bob);
        log.run("plan", bob);
        log.run("deploy", bob);
        log.run("repair", "accept-checksum", LABELS, bob);
        database.execute("UPDATE " + bob + ".schema_migrations SET checksum = NULL");
        log.run("repair", "fill-checksums", bob);
        log.run("repair", "fill-checksums", "--all");
        log.run("repair", "fill-checksums");
        log.run("repair", "fill-checksums", bob, "--all");
        log.run("repair", "mark-not-applied", LABELS, bob);
        log.run("repair", "mark-applied", LABELS, bob);
        log.run("repair", "mark-applied", "unknown", "--all");
    }

    private void drift(String bob) {
        log.heading("Someone changed a tenant by hand");
        log.run("drift");
        database.execute("ALTER TABLE " + bob + ".vendor ADD COLUMN note text; DROP INDEX " + bob
                + ".vendor_us_id_idx; ALTER TABLE " + bob + ".vendor ALTER payment_days SET DEFAULT 14");
        log.run("verify", bob, "--structure");
        log.run("drift", "--tenants", "bob*");
        log.run("drift", bob, "--against", bob);
        log.run("drift", bob, "--sql");
        log.run("drift", "--fix", bob);
        log.run("drift", "--fix", bob, "--yes");
        log.run("drift", "--fix", bob, "--yes", "--destructive");
        log.run("drift", "--fix", bob, "--yes");
        log.run("drift", "nobody");
        log.run("drift", "--fix", "nobody", "--yes");
        log.run("drift", "--fix");
        log.run("drift", bob, "--ignore", "nothing.txt");
        log.run("verify", bob, "--only", "drift");
        log.run("report", "--html", "fleet.html", "--tenants", "bob*");
        log.run("report", "--html", "nowhere/fleet.html");
        log.run("report");
        log.run("deploy-all", "--html", "fleet.html", "--tenants", "bob*");
    }

    private void renameAndDrop(String ada, String bob) {
        log.heading("Rename and drop");
        log.run("rename", ada, "ada_old");
        log.run("rename", "ada_old", bob);
        log.run("rename", "ada_old", "No Name");
        log.run("drop", "ada_old");
        log.run("drop", "ada_old", "--yes");
        log.run("drop", "public", "--yes");
    }

    private void adopt(String carol) {
        log.heading("Adoption");
        log.run("adopt", carol, "--yes");
        database.execute("DROP TABLE " + carol + ".schema_migrations");
        log.run("adopt", carol, "--dry-run");
        log.run("adopt", carol, "--version", "unknown");
        cli.answering("n");
        log.run("adopt", carol);
        log.run("adopt", carol, "--yes");
        database.execute("CREATE SCHEMA empty");
        log.run("adopt", "empty");
        log.run("adopt", "empty", "--version", INITIAL);
        log.run("verify", "empty");
    }

    private void moveTracking() {
        log.heading("The records move");
        log.run("move-tracking", "--to", "schema");
        log.run("move-tracking", "--to", "fleet");
        cli.with("TENANT_MIGRATOR_TRACKING", "fleet");
        register("eve");
        log.run("status");
        log.run("move-tracking", "--to", "schema");
        log.heading("Several at once, and a tenant without a user");
        log.run("register", "fay", "gus");
        log.run("create-tenant", "hub");
    }

    private void spares(String bob) {
        cli.without("TENANT_MIGRATOR_TRACKING");
        log.heading("Spare tenants");
        log.run("spares", "list");
        log.run("spares", "fill", "--keep", "2");
        cli.withMigration("20250301_bad", "CREATE TABLE bad (id nonsense)", "DROP TABLE bad");
        log.run("spares", "fill", "--keep", "1");
        log.run("deploy-all");
        cli.withMigration("20250301_bad", "COMMENT ON COLUMN vendor.id IS 'none'", "SELECT 1");
        log.run("spares", "fill", "--keep", "1");
        log.run("spares", "list");
        log.run("status", bob);
        log.run("spares", "drop");
        cli.withMigration(
                "20250301_bad",
                "DO $$BEGIN EXECUTE format('COMMENT ON COLUMN vendor.id IS %L', current_schema()); END$$",
                "SELECT 1");
        log.run("spares", "fill");
        log.run("spares", "drop");
    }

    private String register(String... usernameAndOptions) {
        String[] args = Stream.concat(Stream.of("register"), Stream.of(usernameAndOptions))
                .toArray(String[]::new);
        return log.run(args).at("/tenants/0/schema").asText();
    }
}
