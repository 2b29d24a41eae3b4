package dev.tenantmigrator;

import java.util.Optional;

/**
 * What a tenant's tracking table says of one version, as far as decisions depend on it: many tenants have the same.
 *
 * @param version the migration's version
 * @param checksum the recorded checksum, when there is one
 * @param finished whether the migration ran to its end
 */
public record RecordedVersion(String version, Optional<String> checksum, boolean finished) {}
