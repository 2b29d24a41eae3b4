package dev.tenantmigrator.internal.source;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.report.Failure;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All migrations of a source, in the source's order and with distinct versions. A run reads the source once, so it sees no later
 * edit.
 */
public final class MigrationCatalog {

    private final Map<String, Migration> byVersion;
    private final Map<String, Migration> byNormalForm;
    private final List<Migration> migrations;
    private final Comparator<String> order;

    private MigrationCatalog(
            Map<String, Migration> byVersion, Map<String, Migration> byNormalForm, Comparator<String> order) {
        this.byVersion = byVersion;
        this.byNormalForm = byNormalForm;
        this.migrations = byVersion.values().stream()
                .sorted(Comparator.comparing(Migration::version, order))
                .toList();
        this.order = order;
    }

    /**
     * Reads the source.
     *
     * @throws InvalidMigrationException when it cannot be read, is empty, has a version twice, or does not order two versions
     */
    public static MigrationCatalog read(MigrationSource source) {
        Map<String, Migration> byVersion = new LinkedHashMap<>();
        Map<String, Migration> byNormalForm = new HashMap<>();
        for (Migration migration : source.read()) {
            byVersion.put(migration.version(), migration);
            Migration other = byNormalForm.put(VersionNames.normalForm(migration.version()), migration);
            if (other != null) {
                boolean equal = other.version().equals(migration.version());
                throw new InvalidMigrationException(Failure.of("two migrations have this version"
                                + (equal ? "" : ", in two of Unicode's normal forms")
                                + "; rename one (the other is " + other.up().location() + ")")
                        .ofVersion(migration.version())
                        .inFile(migration.up().location()));
            }
        }
        if (byVersion.isEmpty()) {
            throw new InvalidMigrationException(
                    Failure.of("the source has no migrations; check where it points to, or add the first migration"));
        }
        MigrationCatalog catalog = new MigrationCatalog(byVersion, byNormalForm, source.order());
        catalog.requireNoTies();
        return catalog;
    }

    /** Two versions in the same place would be applied in any order. */
    private void requireNoTies() {
        for (int i = 1; i < migrations.size(); i++) {
            Migration migration = migrations.get(i);
            String before = migrations.get(i - 1).version();
            if (order.compare(before, migration.version()) >= 0) {
                throw new InvalidMigrationException(
                        Failure.of("the order of the source does not tell this version from " + before
                                        + "; correct MigrationSource.order(), or rename one of the two")
                                .ofVersion(migration.version())
                                .inFile(migration.up().location()));
            }
        }
    }

    /** All migrations, in order. */
    public List<Migration> migrations() {
        return migrations;
    }

    /** All versions, in order. */
    public List<String> versions() {
        return migrations.stream().map(Migration::version).toList();
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

    /** The migration whose version is another spelling of this one: equal to the eye, in another of Unicode's normal forms. */
    public Optional<Migration> findOtherSpelling(String version) {
        return byVersion.containsKey(version)
                ? Optional.empty()
                : Optional.ofNullable(byNormalForm.get(VersionNames.normalForm(version)));
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
                        .ofVersion(VersionNames.printable(version))));
    }

    /** The source's order of versions, also of versions that it has no migration for. */
    public Comparator<String> order() {
        return order;
    }

    /** Whether a version is newer than the newest migration. */
    public boolean isNewerThanAll(String version) {
        return order.compare(version, migrations.get(migrations.size() - 1).version()) > 0;
    }
}
