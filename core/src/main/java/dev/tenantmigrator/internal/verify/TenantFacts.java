package dev.tenantmigrator.internal.verify;

import dev.tenantmigrator.internal.jdbc.Queries.InvalidIndex;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.spare.Spare;
import dev.tenantmigrator.internal.tracking.PartProgress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Facts about tenants beside their histories. Most tenants are ordinary: only their required tables matter. */
record TenantFacts(
        Map<String, Set<String>> tables,
        Map<String, List<InvalidIndex>> invalidIndexes,
        Set<String> drops,
        List<Spare> spares,
        Map<String, String> nodes,
        TableOrigins origins,
        Set<String> workedOn,
        Map<String, Map<String, PartProgress>> progress) {

    TenantFacts(MigrationCatalog catalog) {
        this(
                new ConcurrentHashMap<>(),
                new ConcurrentHashMap<>(),
                ConcurrentHashMap.newKeySet(),
                new CopyOnWriteArrayList<>(),
                new ConcurrentHashMap<>(),
                new TableOrigins(catalog),
                new HashSet<>(),
                new HashMap<>());
    }

    Set<String> tables(String schema) {
        return tables.getOrDefault(schema, Set.of());
    }

    List<InvalidIndex> invalidIndexes(String schema) {
        return invalidIndexes.getOrDefault(schema, List.of());
    }

    Optional<String> node(String schema) {
        return Optional.ofNullable(nodes.get(schema));
    }

    boolean isOrdinary(String schema) {
        return !invalidIndexes.containsKey(schema)
                && !drops.contains(schema)
                && !workedOn.contains(schema)
                && !progress.containsKey(schema);
    }
}
