package dev.tenantmigrator.internal.containment;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Sees what a transaction touches outside of a tenant's schema from a moment on. Cursors that are opened at that moment keep
 * their snapshot, and so still show what was dropped or moved since; what had been touched before, and was left alone since,
 * does not count.
 */
final class Watch {

    private static final String SAVEPOINT = "tenant_migrator_watch";
    private static final String FIRST = "watched from here";
    private static final String BEGINNING =
            "SELECT '" + FIRST + "'::text, 0::bigint, 0::bigint, 0::bigint, ''::text UNION ALL ";
    private static final Stranger BLINDED = Stranger.withoutName("the schema itself, or the cursors that watch it");

    private final WatchQueries sql;
    private final Connection connection;
    private final String cursor =
            "tenant_migrator_" + UUID.randomUUID().toString().replace("-", "");
    private final List<List<String>> anchor;
    private final Map<String, Long> writesBefore;
    private final List<String> countsBefore;
    private final Set<Stranger> before;
    private final Map<Long, List<String>> usesBefore;

    /**
     * Begins, in one round trip unless the transaction has written something already.
     *
     * @param connection in a transaction, whose search path is other than before afterwards
     * @param tenant an existing schema
     * @param first what is sent before and does not count
     */
    Watch(Connection connection, Allowed allowed, String tenant, List<String> first) throws SQLException {
        this.sql = new WatchQueries(allowed, tenant);
        this.connection = connection;
        List<String> statements = new ArrayList<>(first);
        statements.addAll(List.of(
                Containment.OWN_PATH,
                "DECLARE " + cursor + " NO SCROLL CURSOR FOR " + BEGINNING + sql.lockedRelations(),
                "DECLARE " + cursor + "o NO SCROLL CURSOR FOR " + BEGINNING + sql.lockedObjects(),
                sql.anchor(cursor),
                WatchQueries.writes(),
                WatchQueries.counts(),
                sql.lockedRelations(),
                sql.lockedObjects()));
        List<List<List<String>>> all = query(statements.toArray(String[]::new));
        // Statements before may have had rows too.
        List<List<List<String>>> results = all.subList(all.size() - 5, all.size());
        this.anchor = results.get(0);
        this.writesBefore = writes(results.get(1));
        this.countsBefore = results.get(2).get(0);
        this.before = before(results);
        this.usesBefore = uses(before);
    }

    /** What was done to relations by now, by their numbers. */
    private Map<Long, List<String>> uses(Set<Stranger> strangers) throws SQLException {
        Set<Stranger> relations =
                strangers.stream().filter(Stranger::isRelation).collect(Collectors.toSet());
        if (relations.isEmpty()) {
            return Map.of();
        }
        return queryAside(WatchQueries.uses(relations)).get(0).stream()
                .collect(Collectors.toMap(row -> Long.valueOf(row.get(0)), row -> row, (one, other) -> one));
    }

    /** What had been touched before does not count, unless more was done to it since. */
    private void removeTouchedBefore(Set<Stranger> strangers) throws SQLException {
        Set<Stranger> known = new HashSet<>(strangers);
        known.retainAll(before);
        Map<Long, List<String>> uses = uses(known);
        known.removeIf(stranger ->
                stranger.isRelation() && !Objects.equals(uses.get(stranger.oid()), usesBefore.get(stranger.oid())));
        strangers.removeAll(known);
    }

    /** The catalogs are searched only where the caller's transaction has written more to them than a new tenant does. */
    private Set<Stranger> before(List<List<List<String>>> results) throws SQLException {
        Set<Stranger> strangers = new HashSet<>(strangers(results.get(3)));
        strangers.addAll(strangers(results.get(4)));
        String[] searches = writesBefore.entrySet().stream()
                .filter(writes -> writes.getValue() > (writes.getKey().equals("pg_namespace") ? 1 : 0))
                .filter(writes -> Catalogs.IN_SCHEMAS.containsKey(writes.getKey()))
                .filter(writes -> !isOfTables(
                        writes.getKey(), writes.getValue(), results.get(2).get(0)))
                .map(writes -> sql.writtenObjects(writes.getKey()))
                .toArray(String[]::new);
        if (searches.length > 0) {
            queryAside(searches).forEach(rows -> strangers.addAll(strangers(rows)));
        }
        return Set.copyOf(strangers);
    }

    /**
     * What was touched outside since then. Asked once, at the end. Costs one round trip, and another when something is to be
     * looked at closely.
     *
     * @param privileges whether privileges may have been changed
     */
    List<Stranger> strangers(boolean privileges) throws SQLException {
        List<List<List<String>>> results = queryAside(
                sql.anchor(cursor),
                WatchQueries.writes(),
                WatchQueries.counts(),
                sql.lockedRelations(),
                "FETCH ALL FROM " + cursor,
                "FETCH ALL FROM " + cursor + "o");
        boolean read = isFromBeginning(results.get(4)) && isFromBeginning(results.get(5));
        List<Stranger> found = found(results, privileges);
        return read ? found : Stream.concat(found.stream(), Stream.of(BLINDED)).toList();
    }

    /** A script that had read from the cursor would have had it look too early. */
    private static boolean isFromBeginning(List<List<String>> rows) {
        return !rows.isEmpty() && rows.remove(0).get(0).equals(FIRST);
    }

    /** Which of some strangers, and what else, was touched by now in a transaction that runs the same statements again. */
    List<Stranger> touched(List<Stranger> known) throws SQLException {
        List<List<List<String>>> results = queryAside(
                sql.anchor(cursor),
                WatchQueries.writes(),
                WatchQueries.counts(),
                sql.lockedRelations(),
                WatchQueries.lockedAmong(known));
        Set<Long> locked = numbers(results.remove(4));
        Set<Stranger> touched = new LinkedHashSet<>(known);
        touched.removeIf(stranger -> !locked.contains(stranger.oid()) || before.contains(stranger));
        touched.addAll(found(results, known.stream().anyMatch(Stranger::isRelation)));
        return List.copyOf(touched);
    }

    private List<Stranger> found(List<List<List<String>>> results, boolean privileges) throws SQLException {
        List<String> counts = results.get(2).get(0);
        Set<Stranger> strangers = new LinkedHashSet<>();
        results.subList(3, results.size()).forEach(rows -> strangers.addAll(strangers(rows)));
        List<String> searches = new ArrayList<>();
        writes(results.get(1)).forEach((catalog, count) -> {
            if (count > writesBefore.getOrDefault(catalog, 0L) && !isOfTables(catalog, count, counts)) {
                Optional.ofNullable(Catalogs.OUTSIDE_SCHEMAS.get(catalog))
                        .ifPresentOrElse(
                                kind -> strangers.add(Stranger.withoutName(kind)),
                                () -> searches.add(sql.writtenObjects(catalog)));
            }
        });
        if (!searches.isEmpty()) {
            searches.add(sql.movedHere());
        }
        if (privileges) {
            searches.add(sql.writtenRelations());
            searches.add(sql.writtenColumns());
        }
        if (!searches.isEmpty()) {
            queryAside(searches.toArray(String[]::new)).forEach(rows -> strangers.addAll(strangers(rows)));
        }
        removeAllowed(strangers);
        removeTouchedBefore(strangers);
        if (!results.get(0).equals(anchor)) {
            strangers.add(BLINDED);
        }
        if (Long.parseLong(counts.get(2)) > Long.parseLong(countsBefore.get(2))) {
            strangers.add(Stranger.withoutName("a cursor WITH HOLD, which would run at the commit"));
        }
        return List.copyOf(strangers);
    }

    /** Types and constraints of the tenant's new tables are its own. */
    private static boolean isOfTables(String catalog, long count, List<String> counts) {
        return switch (catalog) {
            case "pg_type" -> count <= Long.parseLong(counts.get(0));
            case "pg_constraint" -> counts.get(1).equals("0");
            default -> false;
        };
    }

    private void removeAllowed(Set<Stranger> strangers) throws SQLException {
        Set<Long> relations = strangers.stream()
                .filter(Stranger::isRelation)
                .map(Stranger::owner)
                .collect(Collectors.toSet());
        if (!relations.isEmpty()) {
            Set<Long> allowed = numbers(queryAside(sql.allowedAmong(relations)).get(0));
            strangers.removeIf(stranger -> stranger.isRelation() && allowed.contains(stranger.owner()));
        }
    }

    private static Map<String, Long> writes(List<List<String>> rows) {
        Map<String, Long> writes = new HashMap<>();
        rows.forEach(row -> writes.put(row.get(0), Long.valueOf(row.get(1))));
        return writes;
    }

    private static List<Stranger> strangers(List<List<String>> rows) {
        return rows.stream()
                .distinct()
                .map(row -> new Stranger(
                        Catalogs.IN_SCHEMAS.containsKey(row.get(0))
                                ? Catalogs.IN_SCHEMAS.get(row.get(0)).kind()
                                : row.get(0),
                        Long.parseLong(row.get(1)),
                        Long.parseLong(row.get(2)),
                        Long.parseLong(row.get(3)),
                        row.get(4)))
                .toList();
    }

    private static Set<Long> numbers(List<List<String>> rows) {
        return rows.stream().map(row -> Long.valueOf(row.get(0))).collect(Collectors.toSet());
    }

    /** Leaves the search path, which the script may have set, as it is. */
    private List<List<List<String>>> queryAside(String... queries) throws SQLException {
        List<String> statements = new ArrayList<>(List.of("SAVEPOINT " + SAVEPOINT, Containment.OWN_PATH));
        statements.addAll(List.of(queries));
        statements.add("ROLLBACK TO SAVEPOINT " + SAVEPOINT);
        statements.add("RELEASE SAVEPOINT " + SAVEPOINT);
        return query(statements.toArray(String[]::new));
    }

    /** Sends all in one round trip; returns the rows of those that have some. */
    private List<List<List<String>>> query(String... statements) throws SQLException {
        List<List<List<String>>> results = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            boolean rows = statement.execute(String.join(";\n", statements));
            while (rows || statement.getUpdateCount() >= 0) {
                if (rows) {
                    results.add(rows(statement.getResultSet()));
                }
                rows = statement.getMoreResults();
            }
        }
        return results;
    }

    private static List<List<String>> rows(ResultSet result) throws SQLException {
        int columns = result.getMetaData().getColumnCount();
        List<List<String>> rows = new ArrayList<>();
        while (result.next()) {
            List<String> row = new ArrayList<>();
            for (int column = 1; column <= columns; column++) {
                String text = result.getString(column);
                row.add(text == null ? "" : text);
            }
            rows.add(row);
        }
        return rows;
    }
}
