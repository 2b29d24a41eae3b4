package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.DriftOptions;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.internal.cluster.Cluster;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.containment.ForeignObjectsException;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.LockHolders;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.ReadOnlyTransaction;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.script.SessionLeftovers;
import dev.tenantmigrator.internal.script.TenantPath;
import dev.tenantmigrator.internal.tracking.FleetReader;
import dev.tenantmigrator.internal.tracking.LostRecords;
import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.Difference.Statement;
import dev.tenantmigrator.report.DriftFix;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Brings one tenant to its definition. Statements run in passes: one that fails because another has to run first is put off to the next
 * pass, and after each pass the tenant is read again.
 */
final class DriftFixer {

    /** More than any order of statements needs; ends a pass that undoes what another one did. */
    private static final int MOST_PASSES = 12;

    private static final String SAVEPOINT = "tenant_migrator_fix";

    private final Config config;
    private final DriftOptions options;
    private final StructureReader reader;
    private final IgnoredObjects ignored;

    DriftFixer(Config config, DriftOptions options, StructureReader reader) {
        this.config = config;
        this.options = options;
        this.reader = reader;
        this.ignored = IgnoredObjects.of(options.ignored());
    }

    DriftFix fix(String schema, Collection<Difference> shown, boolean destructive) throws SQLException {
        Definitions definitions = new Definitions(config, options, reader);
        Containment containment = new Containment(config);
        try (Session session = Session.open(config.dataSource())) {
            session.requireWritable();
            if (!new FleetReader(config).isTenant(session.connection(), schema)) {
                throw new TenantNotFoundException(LostRecords.notFound(config, session.connection(), schema));
            }
            List<RecordedVersion> recorded = config.recorder().reading(session.connection(), c -> recorded(c, schema));
            Optional<Failure> refusal = definitions.refusal(schema, recorded);
            if (refusal.isPresent()) {
                throw new TenantMigratorException(refusal.get());
            }
            Definition definition = definitions.of(session, recorded);
            List<Unrecorded> unrecorded = destructive ? Unrecorded.of(definitions, recorded) : List.of();
            TenantPath path = definitions.path(session);
            try {
                return session.inTransactionIfFree(schema, connection -> {
                            if (!config.recorder()
                                    .readingWithin(connection, c -> recorded(c, schema))
                                    .equals(recorded)) {
                                throw changed(schema, "its recorded versions");
                            }
                            Cluster cluster = Cluster.of(config, connection);
                            cluster.begin().send(connection);
                            Containment.Checked checked = containment.start(connection, schema);
                            Jdbc.execute(
                                    connection,
                                    "SET LOCAL lock_timeout TO "
                                            + config.lockTimeout().toMillis());
                            Passes passes = new Passes(connection, schema, definition, unrecorded, path, cluster);
                            DriftFix fix = passes.run(shown, destructive);
                            if (!fix.statements().isEmpty()) {
                                // Code of the tenant may have run, and may have left settings of its own.
                                session.closeWhenDone();
                            }
                            new Pipeline()
                                    .add("SET CONSTRAINTS ALL IMMEDIATE")
                                    .add(Containment.LIBRARY_SETTINGS)
                                    .add(checked.sql(true))
                                    .addAll(checked.onNode())
                                    .add(SessionLeftovers.removeSql(session.settings()))
                                    .sendOneByOne(connection);
                            return fix;
                        })
                        .orElseThrow(() -> new TenantMigratorException(
                                Failure.of("another run works on the tenant; nothing was changed, run again")
                                        .inTenant(schema)));
            } catch (SQLException e) {
                Optional<ForeignObjectsException> foreign = ForeignObjectsException.find(e);
                if (foreign.isEmpty()) {
                    throw new TenantMigratorException(
                            config.detailed(SqlErrors.failure(e), e).inTenant(schema), SqlErrors.withoutDetail(e));
                }
                throw new TenantMigratorException(Failure.of(containment.describe(foreign.get(), session.connection()))
                        .inTenant(schema));
            }
        }
    }

    private List<RecordedVersion> recorded(Connection connection, String schema) throws SQLException {
        return config.recorder().history(connection, schema);
    }

    private static TenantMigratorException changed(String schema, String what) {
        return new TenantMigratorException(
                Failure.of(what + " changed since they were shown; nothing was changed, run again")
                        .inTenant(schema));
    }

    /** The passes in one transaction. */
    private final class Passes {

        private final Connection connection;
        private final String schema;
        private final List<StructureRow> expected;
        private final List<Unrecorded> unrecorded;
        private final TenantPath path;
        private final Cluster cluster;
        private final List<String> done = new ArrayList<>();
        private final List<Failure> failures = new ArrayList<>();
        /** By statement: later passes may fail because of an earlier one, which hides the cause. */
        private final Map<String, Failure> firstFailures = new LinkedHashMap<>();

        private List<StructureRow> actual = List.of();

        Passes(
                Connection connection,
                String schema,
                Definition definition,
                List<Unrecorded> unrecorded,
                TenantPath path,
                Cluster cluster) {
            this.cluster = cluster;
            this.connection = connection;
            this.schema = schema;
            this.expected = definition.rows(schema);
            this.unrecorded = unrecorded;
            this.path = path;
        }

        DriftFix run(Collection<Difference> shown, boolean destructive) throws SQLException {
            List<Difference> left = read();
            if (!Set.copyOf(shown).equals(new HashSet<>(left))) {
                throw changed(schema, "the differences");
            }
            refuseWhereRowsWouldBeLost(left);
            List<StructureRow> before = actual;
            List<Difference> last = List.of();
            for (int pass = 0; pass < MOST_PASSES && !left.isEmpty() && !left.equals(last); pass++) {
                last = left;
                failures.clear();
                runAll(left, destructive);
                left = read();
            }
            if (left.isEmpty()) {
                failures.clear();
            }
            requireNothingLost(before);
            return new DriftFix(schema, done, left, failures);
        }

        /** The rows of a renamed table or column, or of all tables of a tenant that lost its record, are where they were. */
        private void refuseWhereRowsWouldBeLost(List<Difference> left) throws SQLException {
            List<Renames.Rename> renames = new ArrayList<>();
            for (Renames.Rename rename : Renames.of(left, expected, actual)) {
                if (holdsValues(rename)) {
                    renames.add(rename);
                }
            }
            List<String> hints = Stream.concat(
                            renames.stream().map(Renames.Rename::hint),
                            unrecorded.stream()
                                    .filter(other -> other.isStructureOf(schema, actual))
                                    .map(other -> other.hint(schema))
                                    .limit(1))
                    .toList();
            if (!hints.isEmpty()) {
                throw new TenantMigratorException(Failure.of("a repair could lose rows; nothing was changed. "
                                + String.join(". ", hints)
                                + ". Do that, or drop by hand what is not wanted; then compare again")
                        .inTenant(schema));
            }
        }

        /** Also where that cannot be read. */
        private boolean holdsValues(Renames.Rename rename) throws SQLException {
            try {
                return ReadOnlyTransaction.within(connection, config.lockTimeout(), reading -> {
                    Jdbc.execute(reading, path.sql(schema) + "; SET LOCAL row_security TO off");
                    return Jdbc.queryOne(reading, rename.holdsValuesSql(), row -> row.getBoolean(1));
                });
            } catch (SQLException e) {
                if (SqlErrors.isConnectionLost(e)) {
                    throw e;
                }
                return true;
            }
        }

        /** A repair must never end with less of the definition than it began with. */
        private void requireNothingLost(List<StructureRow> before) {
            Set<String> defined = names(expected);
            Set<String> lost = names(before);
            lost.retainAll(defined);
            lost.removeAll(names(actual));
            if (!lost.isEmpty()) {
                throw new TenantMigratorException(Failure.of("the repair would have lost " + String.join(", ", lost)
                                + ", which had to be dropped and could not be made again; nothing was changed"
                                + firstFailures.values().stream()
                                        .findFirst()
                                        .map(first -> ": " + first.message())
                                        .orElse(""))
                        .inTenant(schema));
            }
        }

        private static Set<String> names(List<StructureRow> rows) {
            return rows.stream()
                    .map(row -> row.kind().name() + ' ' + row.object())
                    .collect(Collectors.toCollection(LinkedHashSet::new));
        }

        private List<Difference> read() throws SQLException {
            actual = ReadOnlyTransaction.within(
                    connection, config.lockTimeout(), transaction -> reader.rows(transaction, schema));
            return StructureDiff.of(expected, actual, schema, ignored);
        }

        private void runAll(List<Difference> differences, boolean destructive) throws SQLException {
            Jdbc.execute(connection, path.sql(schema));
            Jdbc.execute(connection, "SET LOCAL check_function_bodies TO off");
            for (Difference difference : differences) {
                List<String> allowed = difference.statements().stream()
                        .filter(statement -> destructive || !statement.destructive())
                        .map(Statement::sql)
                        .toList();
                if (difference.change() == Difference.Change.MISSING) {
                    // One by one: the parts of a table can come later than the table.
                    for (String statement : allowed) {
                        tryAll(List.of(statement));
                    }
                } else if (!allowed.isEmpty()
                        && allowed.size() == difference.statements().size()) {
                    tryAll(allowed);
                }
            }
        }

        /** Statements that belong together, all or none. */
        private void tryAll(List<String> statements) throws SQLException {
            Jdbc.execute(connection, "SAVEPOINT " + SAVEPOINT);
            String running = "";
            try {
                for (String statement : statements) {
                    running = statement;
                    cluster.statement(statement).send(connection);
                }
                Jdbc.execute(connection, "RELEASE SAVEPOINT " + SAVEPOINT);
                done.addAll(statements);
            } catch (SQLException e) {
                if (SqlErrors.isConnectionLost(e)) {
                    throw e;
                }
                Jdbc.execute(connection, "ROLLBACK TO SAVEPOINT " + SAVEPOINT + "; RELEASE SAVEPOINT " + SAVEPOINT);
                Failure failure =
                        LockHolders.explained(SqlErrors.failure(e), e, connection, schema, config.sharedSchema());
                failure = config.detailed(failure.withMessage(failure.message() + " (" + running + ")"), e)
                        .inTenant(schema);
                Failure first = firstFailures.putIfAbsent(running, failure);
                failures.add(
                        first == null || first.message().equals(failure.message())
                                ? failure
                                : failure.withMessage(failure.message() + "; at first: " + first.message()));
            }
        }
    }
}
