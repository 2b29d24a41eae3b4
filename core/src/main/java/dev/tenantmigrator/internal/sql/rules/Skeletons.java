package dev.tenantmigrator.internal.sql.rules;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import java.util.List;

/**
 * Recognizes the files that the command {@code create} writes, as long as nobody has written anything into them. Any other file
 * without a statement is empty on purpose.
 */
public final class Skeletons {

    /** The lines behind the first one, which holds the version. */
    private static final List<String> UP = """
            --
            -- Runs once in each tenant, in one transaction unless a statement cannot run in one. Write the change below. A
            -- name without a schema and a name in "public" both mean the tenant's own schema, e.g.:
            --
            -- CREATE TABLE "invoice" (
            --     "id" UUID NOT NULL DEFAULT uuid_generate_v4(),
            --     CONSTRAINT "invoice_pkey" PRIMARY KEY ("id")
            -- );
            """.lines().toList();

    private static final List<String> DOWN = """
            --
            -- Write the reverse of migration.sql below, e.g. as follows. Delete this file if there is no reverse.
            --
            -- DROP TABLE "invoice";
            """.lines().toList();

    private Skeletons() {}

    /**
     * Refuses a file as {@code create} wrote it, white space at the end of lines and empty lines aside.
     *
     * @throws InvalidMigrationException when it is one
     */
    public static void refuseUnedited(MigrationScript script) {
        List<String> lines = script.text()
                .lines()
                .map(String::stripTrailing)
                .filter(line -> !line.isEmpty())
                .toList();
        List<String> afterFirst = lines.subList(Math.min(1, lines.size()), lines.size());
        if (afterFirst.equals(UP) || afterFirst.equals(DOWN)) {
            throw new InvalidMigrationException(
                    "the script is empty: it is still as \"create\" wrote it; write it, or delete its lines if nothing is"
                            + " to be done",
                    script.location());
        }
    }
}
