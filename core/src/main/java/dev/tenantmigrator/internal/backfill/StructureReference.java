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
 * The structure of a scratch schema, to recreate its tables and the objects that they need in a tenant. PostgreSQL itself writes
 * the definitions; this class decides which objects to create, and in which order. Immutable and thread-safe.
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

    /** The statement that creates an object, or the reason why there is none. */
    record Definition(Optional<String> statement, Optional<String> refusal) {}

    /** A statement that completes an object after its creation. */
    private record Detail(DatabaseObject owner, String statement) {}

    private record ForeignKey(DatabaseObject table, String constraint, DatabaseObject referenced, String statement) {}

    private StructureReference(String scratchSchema, DefinitionReader reader) throws SQLException {
        this.scratchSchema = scratchSchema;
        for (String query : DefinitionQueries.ALL) {
            reader.query(
                    query,
                    row -> definitions.put(row.object(1), new Definition(row.optionalText(3), row.optionalText(4))));
        }
        reader.query(
                ObjectQueries.DEPENDENCIES, row -> add(row.flag(5) ? laterNeeds : needs, row.object(1), row.object(3)));
        reader.query(ObjectQueries.PARTITIONS, row -> add(partitions, row.object(1), row.object(3)));
        reader.query(ObjectQueries.RELATION_NAMES, row -> add(relationNames, row.object(1), row.object(3)));
        for (FinishingStep step : FinishingStep.values()) {
            details.put(step, reader.query(step.sql(), row -> new Detail(row.object(1), row.text(3))));
        }
        for (FinishingStep step : List.of(FinishingStep.PARTITION_FOREIGN_KEYS, FinishingStep.FOREIGN_KEYS)) {
            reader.query(step.sql(), row -> row.flag(6) && foreignKeys.add(foreignKey(row)));
        }
    }

    private static ForeignKey foreignKey(DefinitionReader.Row row) throws SQLException {
        return new ForeignKey(row.object(1), row.text(4), DatabaseObject.table(row.text(5)), row.text(3));
    }

    /**
     * Reads a schema in which all migrations were run, with a fixed number of queries. The transaction's settings are restored.
     *
     * @param connection in the transaction that created the schema
     * @param scratchSchema a name of {@code a-z}, {@code 0-9} and {@code _} that occurs nowhere else, because the tenant's name
     *     replaces it in the definitions
     */
    public static StructureReference read(Connection connection, String scratchSchema) throws SQLException {
        return DefinitionReader.read(
                connection, scratchSchema, reader -> new StructureReference(scratchSchema, reader));
    }

    /** The names of all tables that the migrations create. */
    public Set<String> tables() {
        return definitions.keySet().stream()
                .filter(object -> object.kind() == Kind.TABLE)
                .map(DatabaseObject::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * The statements that recreate tables with their partitions, and the types, sequences and functions that they need and the
     * tenant lacks. Run them one by one, in this order, in one transaction. Existing objects stay as they are, except for a
     * sequence without an owning column: a serial column takes over the one with its sequence's name.
     *
     * <p>The first statement may be {@code SET LOCAL check_function_bodies}; the caller restores that setting when the transaction
     * continues with other work. Strings are written for {@code standard_conforming_strings = on}.
     *
     * @param tenant the objects of the tenant now
     * @param missingTables tables of {@link #tables()} that it lacks
     * @return the statements, without semicolons at their ends
     * @throws TenantMigratorException when an object cannot be created the way the migrations did, e.g. a table with inheritance,
     *     or when a name is taken
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
            // A body may name objects that are created later, or by the function itself.
            statements.add("SET LOCAL check_function_bodies = off");
        }
        SchemaReplacement replacement = new SchemaReplacement(scratchSchema, tenant.schema());
        for (DatabaseObject object : order.objects()) {
            statements.add(replacement.apply(
                    definition(definitions, object).statement().orElseThrow()));
        }
        for (List<Detail> step : details.values()) {
            step.stream()
                    .filter(detail -> order.objects().contains(detail.owner()))
                    .forEach(detail -> statements.add(replacement.apply(detail.statement())));
        }
        return statements;
    }

    /** The definition of an object that the reference has. */
    static Definition definition(Map<DatabaseObject, Definition> definitions, DatabaseObject object) {
        return Optional.ofNullable(definitions.get(object)).orElseThrow();
    }

    /**
     * The foreign keys to missing tables that the tenant's other tables have by the migrations, but not in the tenant.
     *
     * @param tenant the objects of the tenant, before or after the missing tables were created
     * @param missingTables as for {@link #statements}
     * @return in the order of the tables' names
     */
    public List<LostForeignKey> lostForeignKeys(TenantObjects tenant, Collection<String> missingTables) {
        Set<DatabaseObject> missing = withPartitions(missingTables);
        SchemaReplacement replacement = new SchemaReplacement(scratchSchema, tenant.schema());
        return foreignKeys.stream()
                .filter(key -> isAffected(key.referenced(), missing) && !missing.contains(key.table()))
                .filter(key -> tenant.has(key.table()))
                .filter(key -> !tenant.has(
                        DatabaseObject.foreignKey(key.constraint(), key.table().name())))
                .map(key ->
                        new LostForeignKey(key.table().name(), key.constraint(), replacement.apply(key.statement())))
                .sorted(Comparator.comparing(LostForeignKey::table).thenComparing(LostForeignKey::constraint))
                .toList();
    }

    /** Whether a table is missing or one of its partitions is: a key to a partitioned table is lost with any partition. */
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
                                the %s cannot be made: the name %s, of the table or of an index or sequence of it, is taken; \
                                rename or drop the object with this name""".formatted(table, name.name())).inTenant(tenant.schema()));
            }
        }
    }

    private static boolean add(
            Map<DatabaseObject, List<DatabaseObject>> map, DatabaseObject key, DatabaseObject value) {
        return map.computeIfAbsent(key, absent -> new ArrayList<>()).add(value);
    }
}
