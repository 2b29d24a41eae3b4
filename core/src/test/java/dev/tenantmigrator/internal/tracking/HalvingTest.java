package dev.tenantmigrator.internal.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Tenants that hold others up are found after a short wait, and get the rest of their time when all others are read. */
class HalvingTest {

    private static final List<String> FLEET = List.of("a", "b", "c", "d", "e");

    private final List<String> events = new ArrayList<>();

    /** Reads with a limit of five seconds, while locks last some time. */
    private void read(Map<String, Duration> locks) throws SQLException {
        Halving.read(
                FLEET,
                Duration.ofSeconds(5),
                (schemas, limit) -> {
                    for (String schema : schemas) {
                        if (locks.getOrDefault(schema, Duration.ZERO).compareTo(limit) >= 0) {
                            throw new SQLException("canceling statement due to lock timeout", "55P03");
                        }
                    }
                    schemas.forEach(schema -> events.add("read " + schema));
                },
                (schema, e) -> events.add("unreadable " + schema),
                schemas -> events.add("waiting for " + String.join(" ", schemas)));
    }

    @Test
    void aLockedTenantIsNamedAndReadLast() throws SQLException {
        read(Map.of("b", Duration.ofSeconds(2)));
        assertThat(events).containsExactly("read a", "read c", "read d", "read e", "waiting for b", "read b");
    }

    @Test
    void theLimitHoldsAllTheSame() throws SQLException {
        read(new TreeMap<>(Map.of("b", Duration.ofSeconds(4), "e", Duration.ofSeconds(2))));
        assertThat(events)
                .containsExactly("read a", "read c", "read d", "waiting for b e", "unreadable b", "unreadable e");
    }

    @Test
    void nothingIsSaidOfAFleetWithoutLocks() throws SQLException {
        read(Map.of());
        assertThat(events).containsExactly("read a", "read b", "read c", "read d", "read e");
    }
}
