package dev.tenantmigrator.benchmark;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * One migration that all competitors run: the sample's tables, then twenty small ones, then one more for each round.
 *
 * @param version sorts as text, and its first part as a number
 * @param text with the tenant's tables as {@code "public"."x"}
 */
record Script(String version, String text) {

    /** Those of the sample that a tenant must have. */
    static final List<String> REQUIRED_TABLES = List.of("team_member", "vendor", "contact", "reminders");

    private static final int SMALL = 20;

    /** What a new tenant begins with. */
    static List<Script> all() {
        List<Script> scripts = new ArrayList<>();
        MigrationSource sample = MigrationSource.classpath("migrations-sample", Script.class.getClassLoader());
        sample.read().stream()
                .sorted(Comparator.comparing(Migration::version, sample.order()))
                .forEach(migration -> scripts.add(
                        new Script(migration.version(), migration.up().text())));
        for (int i = 1; i <= SMALL; i++) {
            scripts.add(small(i));
        }
        return List.copyOf(scripts);
    }

    /** The migration of a round of {@link Work#DEPLOY_ONE}. */
    static Script ofRound(int round) {
        return new Script(
                String.format(Locale.ROOT, "20260101%06d_round", round),
                "ALTER TABLE \"public\".\"vendor\" ADD COLUMN \"" + column(round) + "\" INTEGER;\n");
    }

    /** The column that {@link #ofRound} adds. */
    static String column(int round) {
        return "round_" + round;
    }

    /** The same for tools that take the schema from the search path. */
    String unqualified() {
        return text.replace("\"public\".", "");
    }

    /** The version's number. */
    String number() {
        return version.substring(0, version.indexOf('_'));
    }

    /** The rest of the version. */
    String name() {
        return version.substring(version.indexOf('_') + 1);
    }

    private static Script small(int i) {
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
        return new Script(String.format(Locale.ROOT, "20250101%06d_small", i), String.format(Locale.ROOT, text, i));
    }
}
