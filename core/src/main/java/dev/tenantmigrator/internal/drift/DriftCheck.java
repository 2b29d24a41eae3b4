package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.DriftOptions;
import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.LockHolders;
import dev.tenantmigrator.internal.jdbc.ReadOnlyTransaction;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.tracking.FleetReader;
import dev.tenantmigrator.internal.tracking.Halving;
import dev.tenantmigrator.internal.tracking.ParallelChunks;
import dev.tenantmigrator.internal.tracking.TenantSchemas;
import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.DriftFix;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Remedy;
import dev.tenantmigrator.report.StructureClass;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/**
 * Compares the structures of tenants with their definitions. First one fingerprint of each tenant; tenants whose fingerprints differ alike
 * from the expected ones are a class, of which one tenant's objects are read.
 */
public final class DriftCheck {

    /** Left out of the comparison; each report names it. */
    static final List<String> NOT_COMPARED = List.of(
            "owners",
            "the tracking table",
            "contents of tables, and values of sequences",
            "members of extensions",
            "publications of whole schemas",
            "event triggers, roles and other objects of the database");

    private final Config config;
    private final DriftOptions options;
    private final StructureReader reader;
    private final IgnoredObjects ignored;
    private final DriftProgress progress;
    private final SortedMap<String, Failure> unknown = new ConcurrentSkipListMap<>();

    /** For one comparison. */
    public DriftCheck(Config config, DriftOptions options) {
        this.config = config;
        this.options = options;
        this.reader = new StructureReader(options.privileges());
        this.ignored = IgnoredObjects.of(options.ignored());
        this.progress = new DriftProgress(config);
    }

    /** Compares tenants. */
    public DriftReport check(Tenants tenants) throws SQLException {
        long start = System.nanoTime();
        Definitions definitions = new Definitions(config, options, reader);
        FleetReader fleetReader = new FleetReader(config);
        FleetReader.Fleet<RecordedVersion> fleet = fleetReader.histories(tenants);
        fleetReader.refuseWrongStore(tenants, fleet);
        unknown.putAll(fleet.failures());
        Map<List<String>, List<String>> groups = groups(fleet.rows(), definitions);
        List<String> readable = groups.values().stream().flatMap(List::stream).toList();
        progress.begin(fleet.rows().size() + fleet.failures().size(), readable.size());
        Map<String, Fingerprint> fingerprints = fingerprints(readable);
        progress.beginComparison(fingerprints.size());
        StructureClasses classes = new StructureClasses();
        for (List<String> schemas : groups.values()) {
            List<String> found =
                    schemas.stream().filter(fingerprints::containsKey).toList();
            if (!found.isEmpty()) {
                compare(fleet.rows(), found, definitions, fingerprints, classes);
            }
        }
        DriftReport report =
                new DriftReport(classes.sorted(), unknown, notCompared(), Duration.ofNanos(System.nanoTime() - start));
        progress.finish(report);
        return report;
    }

    private List<String> notCompared() {
        List<String> notCompared = new ArrayList<>(NOT_COMPARED);
        if (!options.privileges()) {
            notCompared.add("privileges");
        }
        options.ignored().forEach(pattern -> notCompared.add("ignored: " + pattern));
        return notCompared;
    }

    /** Tenants with the same definition. */
    private Map<List<String>, List<String>> groups(Map<String, List<RecordedVersion>> rows, Definitions definitions) {
        Map<List<String>, List<String>> groups = new LinkedHashMap<>();
        rows.forEach((schema, recorded) -> {
            Optional<Failure> refusal = definitions.refusal(schema, recorded);
            if (refusal.isPresent()) {
                unknown.put(schema, refusal.get());
                return;
            }
            groups.computeIfAbsent(definitions.key(recorded), absent -> new ArrayList<>())
                    .add(schema);
        });
        return groups;
    }

    private Map<String, Fingerprint> fingerprints(List<String> schemas) throws SQLException {
        Map<String, Fingerprint> fingerprints = new ConcurrentHashMap<>();
        FleetChunks.read(config, schemas, (connection, chunk) -> {
            readFingerprints(connection, chunk, fingerprints);
            progress.read(chunk.size());
        });
        return fingerprints;
    }

    private void readFingerprints(Connection connection, List<String> chunk, Map<String, Fingerprint> fingerprints)
            throws SQLException {
        Halving.read(
                connection,
                config,
                chunk,
                (schemas, lockTimeout) -> {
                    Map<String, Fingerprint> read = ReadOnlyTransaction.run(
                            connection, lockTimeout, transaction -> reader.fingerprints(transaction, schemas));
                    fingerprints.putAll(read);
                    schemas.stream()
                            .filter(schema -> !read.containsKey(schema))
                            .forEach(schema -> unknown.put(schema, TenantSchemas.gone(schema)));
                },
                (schema, e) -> unreadable(connection, schema, e));
    }

    private void unreadable(Connection connection, String schema, SQLException e) {
        Failure failure = SqlErrors.failure(e);
        Failure explained = LockHolders.explained(
                failure.withMessage("the structure cannot be read: " + failure.message()),
                e,
                connection,
                schema,
                config.sharedSchema());
        unknown.put(schema, config.detailed(explained, e).inTenant(schema));
    }

    private void compare(
            Map<String, List<RecordedVersion>> recorded,
            List<String> tenants,
            Definitions definitions,
            Map<String, Fingerprint> fingerprints,
            StructureClasses classes)
            throws SQLException {
        Definition definition;
        try (Session session = definitions.open()) {
            definition = definitions.of(session, recorded.getOrDefault(tenants.get(0), List.of()));
        } catch (MigrationFailedException e) {
            tenants.forEach(schema -> unknown.put(schema, e.failure().inTenant(schema)));
            progress.compared(tenants.size());
            return;
        }
        Map<Fingerprint, List<String>> alike = new HashMap<>();
        for (String schema : tenants) {
            Fingerprint found = fingerprints.getOrDefault(schema, Fingerprint.EMPTY);
            alike.computeIfAbsent(found.minus(definition.fingerprint(schema)), absent -> new ArrayList<>())
                    .add(schema);
        }
        List<String> asDefined = alike.getOrDefault(Fingerprint.EMPTY, List.of());
        classes.addAsDefined(asDefined);
        progress.compared(asDefined.size());
        alike.remove(Fingerprint.EMPTY);
        Map<String, List<String>> byFirst = new HashMap<>();
        alike.values().forEach(schemas -> byFirst.put(schemas.get(0), schemas));
        List<Unrecorded> unrecorded = byFirst.isEmpty()
                ? List.of()
                : Unrecorded.of(definitions, recorded.getOrDefault(tenants.get(0), List.of()));
        ParallelChunks.read(config, List.copyOf(byFirst.keySet()), 1, (connection, chunk) -> {
            String schema = chunk.get(0);
            List<StructureRow> expected = definition.rows(schema);
            List<String> same = byFirst.getOrDefault(schema, List.of());
            rows(connection, schema, recorded.getOrDefault(schema, List.of())).ifPresent(actual -> {
                List<Difference> found = StructureDiff.of(expected, actual, schema, ignored);
                List<StructureClass.Hint> hints = new ArrayList<>();
                Stream.of(Renames.of(found, expected, actual), Renames.withoutValues(found, expected, actual))
                        .flatMap(List::stream)
                        .forEach(rename ->
                                hints.add(new StructureClass.Hint(rename.hint(), new Remedy.Rename(rename.sql()))));
                unrecorded.stream()
                        .filter(other ->
                                other.isStructureOf(schema, fingerprints.getOrDefault(schema, Fingerprint.EMPTY)))
                        .findFirst()
                        .ifPresent(other -> hints.addAll(other.hints()));
                classes.add(new StructureClass(same, found, FixOrder.of(found, expected, actual), hints));
            });
            progress.compared(same.size());
        });
    }

    private Optional<List<StructureRow>> rows(Connection connection, String schema, List<RecordedVersion> recorded)
            throws SQLException {
        try {
            List<RecordedVersion> now = config.recorder()
                    .reading(connection, transaction -> config.recorder().history(transaction, schema));
            List<StructureRow> actual = ReadOnlyTransaction.run(
                    connection, config.lockTimeout(), transaction -> reader.rows(transaction, schema));
            if (actual.isEmpty() || !now.equals(recorded)) {
                unknown.put(
                        schema,
                        Failure.of("it was dropped, or its recorded versions changed, meanwhile; run again")
                                .inTenant(schema));
                return Optional.empty();
            }
            return Optional.of(actual);
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            unreadable(connection, schema, e);
            return Optional.empty();
        }
    }

    /** Brings a tenant to its definition. */
    public DriftFix fix(String schema, Collection<Difference> shown, boolean destructive) throws SQLException {
        return new DriftFixer(config, options, reader).fix(schema, shown, destructive);
    }
}
