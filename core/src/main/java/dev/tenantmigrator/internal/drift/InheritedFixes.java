package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.Difference.Change;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Differences that go with another one: those of a child's columns with the parent's, those of a partition's indexes when it is attached. */
final class InheritedFixes {

    private static final String PARTITION_OF = "partition of";

    private final FixUnits units;
    private final Map<String, Difference> differences = new HashMap<>();

    InheritedFixes(List<Difference> differences, FixUnits units) {
        this.units = units;
        differences.forEach(difference -> this.differences.put(key(difference, difference.object()), difference));
    }

    private static String key(Difference difference, String object) {
        return String.join(
                "\n",
                difference.kind(),
                difference.change().name(),
                difference.attribute().orElse(""),
                object);
    }

    /** The reason why a unit's statements fail or are for nothing after those of another one; empty where they are not. */
    Optional<String> reason(FixUnit unit) {
        return switch (unit.difference().kind()) {
            case "column" -> ofParent(unit, ".").or(() -> identityOfPartition(unit));
            case "published table" -> ofParent(unit, " in publication ");
            case "constraint", "index" -> ofPartition(unit);
            default -> Optional.empty();
        };
    }

    private Optional<String> ofParent(FixUnit unit, String separator) {
        String object = unit.difference().object();
        String part = SqlParts.after(object, separator);
        for (String parent : parents(unit, SqlParts.before(object, separator))) {
            Difference other = differences.get(key(unit.difference(), parent + separator + part));
            if (other != null) {
                return Optional.of(comesWith(other));
            }
        }
        return units.table(unit, SqlParts.before(object, separator))
                .flatMap(row -> row.get("of type"))
                .flatMap(type -> differences.values().stream()
                        .filter(other -> other.kind().equals("composite type")
                                && other.object().equals(type)
                                && other.attribute().isPresent())
                        .findFirst())
                .map(InheritedFixes::comesWith);
    }

    private static String comesWith(Difference other) {
        return "it comes with " + other.kind() + ' ' + other.object();
    }

    private List<String> parents(FixUnit unit, String table) {
        List<String> parents = new ArrayList<>();
        units.table(unit, table).ifPresent(row -> {
            row.get(PARTITION_OF).ifPresent(parent -> parents.add(SqlParts.before(parent, " ")));
            parents.addAll(SqlParts.split(row.get("inherits").orElse(""), ", "));
        });
        return parents;
    }

    private Optional<String> ofPartition(FixUnit unit) {
        return unit.is(Change.UNEXPECTED)
                ? toBeAttached(unit).map(table -> "it may go when table " + table + " is attached")
                : Optional.empty();
    }

    private Optional<String> identityOfPartition(FixUnit unit) {
        return unit.difference().attribute().filter("identity"::equals).isPresent()
                ? toBeAttached(unit).map(table -> "it comes with table " + table + " when it is attached")
                : Optional.empty();
    }

    private Optional<String> toBeAttached(FixUnit unit) {
        String table = units.tableName(unit);
        return Optional.ofNullable(
                        differences.get(String.join("\n", "table", Change.CHANGED.name(), PARTITION_OF, table)))
                .filter(difference -> difference.expected().isPresent())
                .map(difference -> table);
    }
}
