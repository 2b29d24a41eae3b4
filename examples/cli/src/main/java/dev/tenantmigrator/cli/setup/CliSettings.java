package dev.tenantmigrator.cli.setup;

import dev.tenantmigrator.TrackingStore;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * The options of a run, whether they came as arguments, from the environment or from a file. The password is not among
 * them: it comes from {@code TENANT_MIGRATOR_PASSWORD} or a prompt only.
 *
 * @param url of the database; can hold a secret, so it is never printed
 * @param user of the database
 * @param directUrl of the same database without a pooler between; can hold a secret, so it is never printed
 * @param migrations the directory of migrations
 * @param requiredTables tables that every tenant must have
 * @param sharedObjects objects of the shared schema that migrations may name
 * @param allowedSchemas schemas beside the tenant's own that migrations may change
 * @param allowedTables tables elsewhere that a migration's transaction may write to
 * @param extensions what every database needs; empty when not said
 * @param parallelism how many tenants are worked on at a time
 * @param tracking where it is recorded which migrations a tenant has
 * @param json whether output is one JSON document
 * @param errorDetails whether all that PostgreSQL says of an error is shown, with the data that it quotes
 * @param embedded whether the embedded server is used
 * @param verbose whether healthy tenants are shown one by one, and the log at INFO
 */
public record CliSettings(
        Optional<String> url,
        Optional<String> user,
        Optional<String> directUrl,
        Path migrations,
        Set<String> requiredTables,
        Set<String> sharedObjects,
        Set<String> allowedSchemas,
        Set<String> allowedTables,
        Optional<Set<String>> extensions,
        int parallelism,
        TrackingStore tracking,
        boolean json,
        boolean errorDetails,
        boolean embedded,
        boolean verbose) {}
