package dev.tenantmigrator.internal.backfill;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.backfill.DatabaseObject.Kind;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * How the tables of a scratch schema, and what they need, are made again in a tenant. PostgreSQL itself writes the
 * definitions; what is decided here is what to make, and in which order. Immutable and thread-safe.
 */
public final class StructureReference {

    private final String scratchSchema;
    private final Map<DatabaseObject, Definition> definitions = new LinkedHashMap<>();
    private final Map<DatabaseObject, List<DatabaseObject>> needs = new LinkedHashMap<>();
    private final Map<DatabaseObject, List<DatabaseObject>> laterNeeds = new LinkedHashMap<>();
    private final Map<DatabaseObject, List<DatabaseObject>> partitions = new LinkedHashMap<>();
    private final Map<DatabaseObject, List<DatabaseObject>> relationNames = new LinkedHashMap<>();
    private final Map<FinishingStep, List<Detail>> details = new EnumMap<>(FinishingStep.class);
    private final List<ForeignKey> foreignKeys = new ArrayList<>();

    /** How an object is made, or why it cannot be. */
    record Definition(Optional<String> statement, Optional<String> refusal) {}

    /** A statement that an object gets after it was made. */
    private record Detail(DatabaseObject owner, String statement) {}

    private record ForeignKey(DatabaseObject table, String constraint, DatabaseObject referenced, String statement) {}

    private StructureReference(String scratchSchema, DefinitionReader catalog) throws SQLException {
        this.scratchSchema = scratchSchema;
        for (String query : DefinitionQueries.ALL) {
            catalog.query(
                    query,
                    row -> definitions.put(row.object(1), new Definition(row.optionalText(3), row.optionalText(4))));
        }
        catalog.query(
                ObjectQueries.DEPENDENCIES, row -> add(row.flag(5) ? laterNeeds : needs, row.object(1), row.object(3)));
        catalog.query(ObjectQueries.PARTITIONS, row -> add(partitions, row.object(1), row.object(3)));
        catalog.query(ObjectQueries.RELATION_NAMES, row -> add(relationNames, row.object(1), row.object(3)));
        for (FinishingStep step : FinishingStep.values()) {
            details.put(step, catalog.query(step.sql(), row -> new Detail(row.object(1), row.text(3))));
        }
        for (FinishingStep step : List.of(FinishingStep.PARTITION_FOREIGN_KEYS, FinishingStep.FOREIGN_KEYS)) {
            catalog.query(step.sql(), row -> row.flag(6) && foreignKeys.add(foreignKey(row)));
        }
    }

    private static ForeignKey foreignKey(DefinitionReader.Row row) throws SQLException {
        return new ForeignKey(row.object(1), row.text(4), DatabaseObject.table(row.text(5)), row.text(3));
    }

    /**
     * Reads a schema in which all migrations were run. The number of queries is fixed; settings of the transaction are as
     * before when it returns.
     *
     * @param connection in the transaction that made the schema
     * @param scratchSchema a name of {@code a-z}, {@code 0-9} and {@code _} that occurs nowhere else: where definitions
     *     name it, the tenant's name is put
     * @return the definitions
     * @throws SQLException when PostgreSQL refuses a query
     */
    public static StructureReference read(Connection connection, String scratchSchema) throws SQLException {
        return DefinitionReader.open(
                connection, scratchSchema, catalog -> new StructureReference(scratchSchema, catalog));
    }

    /** The names of all tables that the migrations make. */
    public Set<String> tables() {
        return definitions.keySet().stream()
                .filter(object -> object.kind() == Kind.TABLE)
                .map(DatabaseObject::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * The statements that make tables again, their partitions included, and with them the types, sequences and functions
     * that they need and the tenant lacks. To be run one by one, in this order, in one transaction. What exists stays as
     * it is, but for a sequence that no column owns: one under the name of a serial column's is taken over.
     *
     * <p>The first may be {@code SET LOCAL check_function_bodies}, which the caller has to put back when the transaction
     * goes on to other work. Strings are written for {@code standard_conforming_strings = on}.
     *
     * @param tenant what the tenant has now
     * @param missingTables tables of {@link #tables()} that it lacks
     * @return the statements, without semicolons at their ends
     * @throws TenantMigratorException when something cannot be made the way the migrations made it, e.g. a table with
     *     inheritance, or when a name is taken
     */
    public List<String> statements(TenantObjects tenant, Collection<String> missingTables) {
        Set<DatabaseObject> missing = withPartitions(missingTables);
        for (DatabaseObject table : missing) {
            refuseTakenNames(table, tenant);
        }
        CreationOrder order = new CreationOrder(definitions, tenant, missing);
        missing.forEach(table -> order.add(table, needs));
        missing.forEach(table -> order.addNeedsOf(table, laterNeeds, needs));

        List<String> statements = new ArrayList<>();
        if (order.objects().stream().anyMatch(object -> object.kind() == Kind.FUNCTION)) {
            // A body may name what is made after it, or what it makes itself.
            statements.add("SET LOCAL check_function_bodies = off");
        }
        SchemaReplacement move = new SchemaReplacement(scratchSchema, tenant.schema());
        for (DatabaseObject object : order.objects()) {
            statements.add(
                    move.apply(definition(definitions, object).statement().orElseThrow()));
        }
        for (List<Detail> step : details.values()) {
            step.stream()
                    .filter(detail -> order.objects().contains(detail.owner()))
                    .forEach(detail -> statements.add(move.apply(detail.statement())));
        }
        return statements;
    }

    /** What the reference says of an object that it names. */
    static Definition definition(Map<DatabaseObject, Definition> definitions, DatabaseObject object) {
        return Optional.ofNullable(definitions.get(object)).orElseThrow();
    }

    /**
     * The foreign keys that other tables, which the tenant has, hold to missing tables by the migrations, and do not hold
     * in the tenant.
     *
     * @param tenant what the tenant has, before or after the missing tables were made
     * @param missingTables the same as for {@link #statements}
     * @return in the order of the tables' names
     */
    public List<LostForeignKey> lostForeignKeys(TenantObjects tenant, Collection<String> missingTables) {
        Set<DatabaseObject> missing = withPartitions(missingTables);
        SchemaReplacement move = new SchemaReplacement(scratchSchema, tenant.schema());
        return foreignKeys.stream()
                .filter(key -> isAffected(key.referenced(), missing) && !missing.contains(key.table()))
                .filter(key -> tenant.has(key.table()))
                .filter(key -> !tenant.has(
                        DatabaseObject.foreignKey(key.constraint(), key.table().name())))
                .map(key -> new LostForeignKey(key.table().name(), key.constraint(), move.apply(key.statement())))
                .sorted(Comparator.comparing(LostForeignKey::table).thenComparing(LostForeignKey::constraint))
                .toList();
    }

    /** A key to a partitioned table is lost with any of its partitions. */
    private boolean isAffected(DatabaseObject table, Set<DatabaseObject> missing) {
        return missing.contains(table)
                || partitions.getOrDefault(table, List.of()).stream()
                        .anyMatch(partition -> isAffected(partition, missing));
    }

    private Set<DatabaseObject> withPartitions(Collection<String> tables) {
        Set<DatabaseObject> all = new TreeSet<>(Comparator.comparing(DatabaseObject::name));
        for (String table : tables) {
            addWithPartitions(DatabaseObject.table(table), all);
        }
        return all;
    }

    private void addWithPartitions(DatabaseObject table, Set<DatabaseObject> all) {
        if (!definitions.containsKey(table)) {
            throw new IllegalArgumentException("no migration makes the " + table);
        }
        if (all.add(table)) {
            partitions.getOrDefault(table, List.of()).forEach(partition -> addWithPartitions(partition, all));
        }
    }

    private void refuseTakenNames(DatabaseObject table, TenantObjects tenant) {
        for (DatabaseObject name : relationNames.getOrDefault(table, List.of())) {
            if (tenant.has(name)) {
                throw new TenantMigratorException(
                        Failure.of("""
                                the %s cannot be made: the name %s, which it or an index or sequence of it gets, is taken; \
                                rename or drop what has it""".formatted(table, name.name())).inTenant(tenant.schema()));
            }
        }
    }

    private static boolean add(
            Map<DatabaseObject, List<DatabaseObject>> map, DatabaseObject key, DatabaseObject value) {
        return map.computeIfAbsent(key, absent -> new ArrayList<>()).add(value);
    }
}
