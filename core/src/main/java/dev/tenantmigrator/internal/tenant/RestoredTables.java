package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.tenant.TenantStructure.Relation;
import dev.tenantmigrator.internal.tenant.TenantTables.Table;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tables that a reset empties, because a test wrote to them or their rows refer to such tables, and then fills as they were. */
final class RestoredTables {

    private static final Logger LOG = LoggerFactory.getLogger(RestoredTables.class);

    /** From this size on TRUNCATE is faster than DELETE, although it replaces the files of all indexes. */
    private static final long TRUNCATED_BYTES = 1L << 20;

    private final String schema;
    private final TenantBaseline baseline;
    private final Map<Long, Relation> written;
    private final List<Table> tables;
    private final Set<Long> truncated;

    /**
     * @param written the relations with data now
     * @param changed the tables with other rows than after the creation
     */
    RestoredTables(
            String schema, TenantBaseline baseline, TenantTables all, Map<Long, Relation> written, Set<Long> changed) {
        this.schema = schema;
        this.baseline = baseline;
        this.written = written;
        // Rows of migrations may be referred to by others; rows of tests only by rows that go too.
        Set<Long> seeded = all.roots(baseline.contents().entrySet().stream()
                .filter(entry -> entry.getValue().rows() > 0)
                .map(Map.Entry::getKey)
                .toList());
        Set<Long> roots = all.roots(changed);
        Set<Long> ofMigrations = new LinkedHashSet<>(roots);
        ofMigrations.retainAll(seeded);
        roots.addAll(all.withReferencing(ofMigrations, seeded::contains));
        Set<Long> large = all.roots(changed.stream()
                .filter(oid -> written.containsKey(oid) && written.get(oid).bytes() > TRUNCATED_BYTES)
                .toList());
        Set<Long> withReferencing = all.withReferencing(large, root -> true);
        this.truncated = all.areReferencedOutside(withReferencing) ? Set.of() : withReferencing;
        roots.addAll(truncated);
        this.tables = all.members(roots);
    }

    /** Whether the rows of all of them are known. */
    boolean areCopied() {
        for (Table table : tables) {
            if (baseline.contentsOf(table.oid()).copy().isEmpty()) {
                LOG.debug("{} is created again: {} is too large to be restored", schema, table.name());
                return false;
            }
        }
        return true;
    }

    /** Those that get rows of migrations. */
    List<Long> filled() {
        return tables.stream()
                .map(Table::oid)
                .filter(oid -> baseline.contentsOf(oid).rows() > 0)
                .toList();
    }

    /** Those whose triggers and rules must not fire. */
    List<Table> watched() {
        return tables.stream().filter(table -> !table.watchers().isEmpty()).toList();
    }

    /** Adds one statement for each way, because foreign keys may form a cycle: they are checked when the statement ends. */
    void addTo(Pipeline pipeline) {
        List<String> truncations = new ArrayList<>();
        List<String> deletions = new ArrayList<>();
        for (Table table : tables) {
            String name = Sql.qualified(schema, table.name());
            if (truncated.contains(table.root())) {
                if (table.oid() == table.root()) {
                    truncations.add((table.partitioned() ? "" : "ONLY ") + name);
                }
            } else if (written.containsKey(table.oid())) {
                deletions.add("d" + deletions.size() + " AS (DELETE FROM ONLY " + name + ")");
            }
        }
        if (!truncations.isEmpty()) {
            pipeline.add("TRUNCATE " + String.join(", ", truncations));
        }
        if (!deletions.isEmpty()) {
            pipeline.add("WITH " + String.join(", ", deletions) + " SELECT 1");
        }
        insertions().ifPresent(pipeline::add);
    }

    /** One statement with the rows of migrations, because foreign keys may form a cycle. */
    private Optional<String> insertions() {
        List<String> insertions = new ArrayList<>();
        for (Table table : tables) {
            List<String> rows = baseline.contentsOf(table.oid()).copy().orElseThrow();
            if (!rows.isEmpty()) {
                String name = Sql.qualified(schema, table.name());
                String columns = table.columns().stream().map(Sql::identifier).collect(Collectors.joining(", "));
                String values = table.columns().stream()
                        .map(column -> "(x.r)." + Sql.identifier(column))
                        .collect(Collectors.joining(", "));
                // OFFSET 0 has each row read once, not once for each column.
                insertions.add("i" + insertions.size() + " AS (INSERT INTO " + name
                        + (columns.isEmpty() ? "" : " (" + columns + ") OVERRIDING SYSTEM VALUE") + " SELECT " + values
                        + " FROM (SELECT pg_catalog.unnest(ARRAY["
                        + rows.stream().map(Sql::literal).collect(Collectors.joining(", "))
                        + "]::pg_catalog.text[])::" + name + " AS r OFFSET 0) x)");
            }
        }
        return insertions.isEmpty()
                ? Optional.empty()
                : Optional.of("WITH " + String.join(", ", insertions) + " SELECT 1");
    }
}
