package dev.tenantmigrator;

import java.util.Optional;

/**
 * The columns of a tracking row on which decisions depend. Many tenants have equal ones, which the library then keeps once.
 *
 * @param version the migration's version
 * @param checksum the recorded checksum, when there is one
 * @param finished whether the migration ran to its end
 */
public record RecordedVersion(String version, Optional<String> checksum, boolean finished) {}
