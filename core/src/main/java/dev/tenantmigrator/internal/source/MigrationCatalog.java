package dev.tenantmigrator.internal.source;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.report.Failure;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** All migrations of a source, in order and with distinct versions. A run reads the source once, so it sees no later edit. */
public final class MigrationCatalog {

    private final NavigableMap<String, Migration> byVersion;

    private MigrationCatalog(NavigableMap<String, Migration> byVersion) {
        this.byVersion = Collections.unmodifiableNavigableMap(byVersion);
    }

    /**
     * Reads the source.
     *
     * @throws InvalidMigrationException when it cannot be read, is empty, or has a version twice
     */
    public static MigrationCatalog read(MigrationSource source) {
        NavigableMap<String, Migration> byVersion = new TreeMap<>();
        for (Migration migration : source.read()) {
            Migration other = byVersion.put(migration.version(), migration);
            if (other != null) {
                throw new InvalidMigrationException(
                        Failure.of("two migrations have this version; rename one (the other is "
                                        + other.up().location() + ")")
                                .ofVersion(migration.version())
                                .inFile(migration.up().location()));
            }
        }
        if (byVersion.isEmpty()) {
            throw new InvalidMigrationException(
                    Failure.of("the source has no migrations; check where it points to, or add the first migration"));
        }
        return new MigrationCatalog(byVersion);
    }

    /** All migrations, in order. */
    public Collection<Migration> migrations() {
        return byVersion.values();
    }

    /** All versions, in order. */
    public List<String> versions() {
        return List.copyOf(byVersion.keySet());
    }

    /** Whether both have equal versions with equal scripts at equal locations. */
    public boolean hasSameScripts(MigrationCatalog other) {
        return scripts().equals(other.scripts());
    }

    private List<String> scripts() {
        return migrations().stream()
                .flatMap(migration -> Stream.of(
                        migration.version(),
                        migration.up().checksum(),
                        migration.up().location()))
                .toList();
    }

    /** The migration of a version. */
    public Optional<Migration> find(String version) {
        return Optional.ofNullable(byVersion.get(version));
    }

    /**
     * The migration of a version that a user named.
     *
     * @throws InvalidMigrationException when the version is malformed or unknown
     */
    public Migration get(String version) {
        return find(version)
                .orElseThrow(() -> new InvalidMigrationException(Failure.of(
                                Migration.isVersion(version)
                                        ? "no migration has this version; check the spelling and the directory of migrations"
                                        : "malformed version: give the migration's whole directory name")
                        .ofVersion(version)));
    }

    /** Whether a version is newer than the newest migration. */
    public boolean isNewerThanAll(String version) {
        return version.compareTo(byVersion.lastKey()) > 0;
    }
}
