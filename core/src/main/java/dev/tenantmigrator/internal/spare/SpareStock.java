package dev.tenantmigrator.internal.spare;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The spares that this instance knows of. It is read from the database when no fitting one is left, so most sign-ups ask nothing, and
 * sign-ups of one instance never try for one spare. Thread-safe.
 */
final class SpareStock {

    private final Map<String, Spare> known = new ConcurrentHashMap<>();

    /** Taken in transactions that are not committed yet: reading shows them still. */
    private final Set<String> inUse = ConcurrentHashMap.newKeySet();

    /** Claims a spare that fits. */
    Optional<Spare> claim(String digest) {
        List<Spare> spares = new ArrayList<>(known.values());
        // Instances that read the stock at one moment begin with different spares.
        Collections.shuffle(spares);
        for (Spare spare : spares) {
            if (spare.isReady(digest) && known.remove(spare.schema(), spare)) {
                inUse.add(spare.schema());
                return Optional.of(spare);
            }
        }
        return Optional.empty();
    }

    /** Reads the stock again. */
    void read(Connection connection) throws SQLException {
        List<Spare> spares = Spare.read(connection);
        known.keySet().retainAll(spares.stream().map(Spare::schema).toList());
        spares.stream()
                .filter(spare -> !inUse.contains(spare.schema()))
                .forEach(spare -> known.put(spare.schema(), spare));
    }

    /** Ends a claim: the spare was taken, or cannot be. */
    void forget(Spare spare) {
        inUse.remove(spare.schema());
    }

    /** Ends a claim; the spare can be claimed again. */
    void giveBack(Spare spare) {
        inUse.remove(spare.schema());
        known.put(spare.schema(), spare);
    }

    /** The number of fitting spares that are known. */
    int ready(String digest) {
        return (int)
                known.values().stream().filter(spare -> spare.isReady(digest)).count();
    }
}
