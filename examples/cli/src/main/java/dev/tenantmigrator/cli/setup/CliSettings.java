package dev.tenantmigrator.cli.setup;

import dev.tenantmigrator.ReadsOutside;
import dev.tenantmigrator.TrackingStore;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * The options of a command after all layers were read. The password is no setting: it comes from {@code
 * TENANT_MIGRATOR_PASSWORD} or a prompt only.
 *
 * @param url JDBC URL of the database; never printed, because it can hold a password
 * @param user database user
 * @param directUrl JDBC URL of the same database without a pooler; never printed, because it can hold a password
 * @param migrations directory of migrations
 * @param requiredTables tables that every tenant must have
 * @param sharedObjects objects of the shared schema that migrations may use
 * @param sharedSchema schema of objects that belong to no tenant
 * @param allowedSchemas schemas beside the tenant's own that migrations may change
 * @param allowedTables tables outside the tenant's schema that migrations may write to
 * @param readsOutside treatment of migrations that read tables outside of their tenant's schema
 * @param extensions extensions that migrations need; empty for the library's default
 * @param parallelism number of tenants at a time
 * @param tracking the store that records applied migrations
 * @param json true for output as one JSON document
 * @param errorDetails true to show PostgreSQL's full error with the rows it quotes
 * @param embedded true to use the embedded server
 * @param verbose true to list healthy tenants and to log at INFO
 * @param color auto, always or never
 */
public record CliSettings(
        Optional<String> url,
        Optional<String> user,
        Optional<String> directUrl,
        Path migrations,
        Set<String> requiredTables,
        Set<String> sharedObjects,
        String sharedSchema,
        Set<String> allowedSchemas,
        Set<String> allowedTables,
        ReadsOutside readsOutside,
        Optional<Set<String>> extensions,
        int parallelism,
        TrackingStore tracking,
        boolean json,
        boolean errorDetails,
        boolean embedded,
        boolean verbose,
        String color) {}
