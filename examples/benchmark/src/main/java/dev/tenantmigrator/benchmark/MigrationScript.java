package dev.tenantmigrator.benchmark;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A migration for all competitors: the sample's tables, then twenty small migrations, then one per round.
 *
 * @param version sorts as text; its first part is a number
 * @param text SQL with the tenant's tables as {@code "public"."x"}
 */
record MigrationScript(String version, String text) {

    /** Required tables of the sample. */
    static final List<String> REQUIRED_TABLES = List.of("team_member", "vendor", "contact", "reminders");

    private static final int SMALL = 20;

    /** The migrations of a new tenant. */
    static List<MigrationScript> all() {
        List<MigrationScript> scripts = new ArrayList<>();
        MigrationSource sample = MigrationSource.classpath("migrations-sample", MigrationScript.class.getClassLoader());
        sample.read().stream()
                .sorted(Comparator.comparing(Migration::version, sample.order()))
                .forEach(migration -> scripts.add(
                        new MigrationScript(migration.version(), migration.up().text())));
        for (int i = 1; i <= SMALL; i++) {
            scripts.add(small(i));
        }
        return List.copyOf(scripts);
    }

    /** The migration of a round of {@link Operation#DEPLOY_ONE}. */
    static MigrationScript ofRound(int round) {
        return new MigrationScript(
                String.format(Locale.ROOT, "20260101%06d_round", round),
                "ALTER TABLE \"public\".\"vendor\" ADD COLUMN \"" + column(round) + "\" INTEGER;\n");
    }

    /** The column that {@link #ofRound} adds. */
    static String column(int round) {
        return "round_" + round;
    }

    /** SQL without schema names, for tools that rely on the search path. */
    String unqualified() {
        return text.replace("\"public\".", "");
    }

    /** The version's number. */
    String number() {
        return version.substring(0, version.indexOf('_'));
    }

    /** The version without its number. */
    String name() {
        return version.substring(version.indexOf('_') + 1);
    }

    private static MigrationScript small(int i) {
        String text = switch (i % 4) {
            case 0 -> "ALTER TABLE \"public\".\"contact\" ADD COLUMN \"field_%1$d\" TEXT NOT NULL DEFAULT '';\n";
            case 1 -> """
                            CREATE TABLE "public"."note_%1$d" (
                                "id" UUID NOT NULL DEFAULT uuid_generate_v4(),
                                "vendor_id" UUID NOT NULL REFERENCES "public"."vendor" ("id"),
                                "body" TEXT NOT NULL,
                                CONSTRAINT "note_%1$d_pkey" PRIMARY KEY ("id")
                            );
                            """;
            case 2 -> "CREATE INDEX \"reminders_%1$d_idx\" ON \"public\".\"reminders\" (\"title\", \"done\");\n";
            default -> """
                            ALTER TABLE "public"."vendor" ADD COLUMN "field_%1$d" INTEGER;
                            UPDATE "public"."vendor" SET "field_%1$d" = "payment_days";
                            """;
        };
        return new MigrationScript(
                String.format(Locale.ROOT, "20250101%06d_small", i), String.format(Locale.ROOT, text, i));
    }
}
