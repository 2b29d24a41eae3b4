package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.Difference.Change;
import dev.tenantmigrator.report.FixStep;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Puts the statements for one tenant into an order in which a single pass runs them. Nothing is executed: a unit comes after those whose
 * objects stand in its text. Where no name decides, drops come first, then the others in the order of kinds.
 */
final class FixOrder {

    /** Units that a search for a circle looks at; more than a tenant has that somebody changed by hand. */
    private static final int MOST_VISITED = 1000;

    private static final Set<String> ROUTINES = Set.of("function", "procedure", "aggregate");

    /** Objects whose attributes others rely on. */
    private static final Set<String> USED = Set.of(
            "function",
            "procedure",
            "aggregate",
            "operator",
            "operator class",
            "operator family",
            "enum",
            "domain",
            "composite type",
            "range type",
            "base type",
            "collation",
            "text search configuration",
            "text search dictionary",
            "text search parser",
            "text search template");

    /** Attributes of other objects that statements rely on. */
    private static final Set<String> USED_ATTRIBUTES = Set.of(
            "column type",
            "column collation",
            "column generated",
            "table kind",
            "table partition key",
            "view definition",
            "view columns",
            "materialized view definition",
            "materialized view columns");

    /** Kinds whose creation needs no object of a later kind: there a word like its name is that of a column. */
    private static final Set<String> FIRST = Set.of("sequence", "table", "column");

    /** Kinds that share their names with each other. */
    private static final Set<String> RELATIONS =
            Set.of("table", "sequence", "view", "materialized view", "index", "constraint", "composite type");

    private final FixUnits divided;
    private final TenantCode code;
    private final InheritedFixes inherited;
    private final Set<Difference> renamed;
    private final List<FixUnit> units = new ArrayList<>();

    /** By the last of their names, and those of objects that are dropped with them. */
    private final Map<String, List<FixUnit>> byName = new HashMap<>();

    private final List<String> quotedNames;

    private FixOrder(List<Difference> differences, List<StructureRow> expected, List<StructureRow> actual) {
        this.divided = new FixUnits(expected, actual);
        this.code = TenantCode.of(differences, actual);
        this.inherited = new InheritedFixes(differences, divided);
        this.renamed = Renames.of(differences, expected, actual).stream()
                .map(Renames.Rename::wanted)
                .collect(Collectors.toSet());
        for (Difference difference : differences) {
            units.addAll(divided.of(difference, units.size()));
        }
        units.stream()
                .filter(FixUnit::isFirst)
                .forEach(unit -> unit.keys()
                        .forEach(name -> byName.computeIfAbsent(name, absent -> new ArrayList<>())
                                .add(unit)));
        this.quotedNames = byName.keySet().stream().filter(Mentions::isQuoted).toList();
        units.forEach(this::addNeeds);
    }

    /** The steps, in order. */
    static List<FixStep> of(List<Difference> differences, List<StructureRow> expected, List<StructureRow> actual) {
        return new FixOrder(differences, expected, actual).steps();
    }

    private void addNeeds(FixUnit unit) {
        Collection<FixUnit> named = new LinkedHashSet<>();
        Stream.of(unit.words(), quotedNames, List.of(unit.lastName()))
                .flatMap(Collection::stream)
                .forEach(name -> named.addAll(byName.getOrDefault(name, List.of())));
        for (FixUnit other : named) {
            if (other.difference().equals(unit.difference())) {
                continue;
            }
            if (!other.is(Change.UNEXPECTED)) {
                if (isUsed(other) && isPossible(unit, other) && unit.mentions(other)) {
                    unit.needs(other, true);
                }
            } else if (isSameName(unit, other)) {
                unit.needs(other, true);
            } else if (!unit.is(Change.MISSING) && unit.uses(other)) {
                other.needs(unit, false);
            }
        }
        if (unit.is(Change.MISSING) && unit.difference().kind().equals("constraint")) {
            giveWay(unit);
        }
    }

    private static boolean isUsed(FixUnit unit) {
        String attribute = unit.difference().attribute().orElse("");
        return (unit.is(Change.MISSING) && unit.rank() < FixUnits.LATE)
                || USED_ATTRIBUTES.contains(unit.difference().kind() + ' ' + attribute)
                || (USED.contains(unit.difference().kind())
                        && !attribute.equals(ObjectKind.PRIVILEGES)
                        && !attribute.equals(ObjectKind.COMMENT));
    }

    private static boolean isPossible(FixUnit unit, FixUnit other) {
        return !unit.is(Change.MISSING)
                || !unit.isFirst()
                || !FIRST.contains(unit.difference().kind())
                || FIRST.contains(other.difference().kind())
                || USED.contains(other.difference().kind());
    }

    /** Whether a missing object cannot come before an unexpected one has gone. */
    private static boolean isSameName(FixUnit unit, FixUnit unexpected) {
        String kind = unit.difference().kind();
        String other = unexpected.difference().kind();
        if (!unit.is(Change.MISSING) || !unit.isFirst()) {
            return false;
        }
        return (ROUTINES.contains(kind) && ROUTINES.contains(other))
                ? unit.difference().object().equals(unexpected.difference().object())
                : unexpected.keys().contains(unit.lastName())
                        && isNamed(kind)
                        && (isNamed(other) || !unit.lastName().equals(unexpected.lastName()));
    }

    private static boolean isNamed(String kind) {
        return RELATIONS.contains(kind)
                || (USED.contains(kind) && !ROUTINES.contains(kind) && !kind.startsWith("operator"));
    }

    /** Other constraints of the table go first: it has one primary key. */
    private void giveWay(FixUnit unit) {
        StructureRow row = divided.row(unit);
        for (FixUnit other : units) {
            if (other.is(Change.UNEXPECTED)
                    && Set.of("constraint", "index", "trigger")
                            .contains(other.difference().kind())
                    && divided.row(other).table().equals(row.table())) {
                unit.needs(other, isPrimaryKey(row) && isPrimaryKey(divided.row(other)));
            }
        }
    }

    private static boolean isPrimaryKey(StructureRow row) {
        return row.kind() == TablePartKinds.CONSTRAINT && row.get("type").equals(Optional.of("PRIMARY KEY"));
    }

    private List<FixStep> steps() {
        Map<FixUnit, String> leftOut = new HashMap<>();
        List<FixStep> steps = new ArrayList<>();
        for (FixUnit unit : sorted()) {
            Optional<String> reason = reason(unit, leftOut);
            reason.ifPresent(text -> leftOut.put(unit, text));
            steps.add(new FixStep(unit.difference(), unit.statements(), reason));
        }
        return steps;
    }

    private Optional<String> reason(FixUnit unit, Map<FixUnit, String> leftOut) {
        if (unit.statements().isEmpty()) {
            return Optional.empty();
        }
        Optional<String> other = inherited.reason(unit);
        if (other.isPresent()) {
            return other;
        }
        if (renamed.contains(unit.difference())) {
            return Optional.of("it may have been renamed: rename it back first");
        }
        if (unit.isDestructive()) {
            return Optional.of("it drops or changes something that is there");
        }
        Optional<String> runs = code.runBy(unit.mentions());
        return runs.isPresent()
                ? runs.map(object -> "it may run " + object + ", which is not as defined")
                : unit.strictNeeds().stream()
                        .filter(need ->
                                leftOut.containsKey(need) || need.statements().isEmpty())
                        .min(Comparator.comparingInt(FixUnit::rank))
                        .map(FixUnit::difference)
                        .map(need -> "it needs " + need.kind() + ' ' + need.object() + " as defined");
    }

    private List<FixUnit> sorted() {
        Set<FixUnit> done = new LinkedHashSet<>();
        units.stream().sorted(Comparator.comparingInt(FixUnit::rank)).forEach(unit -> visit(unit, done));
        return List.copyOf(done);
    }

    /** Adds a unit after those that it needs. */
    private static void visit(FixUnit start, Set<FixUnit> done) {
        Deque<FixUnit> open = new ArrayDeque<>(List.of(start));
        Set<FixUnit> entered = new HashSet<>(open);
        while (!open.isEmpty()) {
            FixUnit unit = open.getLast();
            Optional<FixUnit> next = unit.needs().stream()
                    .filter(need -> !done.contains(need) && !entered.contains(need) && !isAgainst(unit, need, done))
                    .min(Comparator.comparingInt(FixUnit::rank));
            if (next.isPresent()) {
                entered.add(next.get());
                open.addLast(next.get());
            } else {
                open.removeLast();
                done.add(unit);
            }
        }
    }

    /** Whether a need goes against the order of kinds and closes a circle: then its name stands for something else. */
    private static boolean isAgainst(FixUnit unit, FixUnit need, Set<FixUnit> done) {
        if (need.rank() <= unit.rank()) {
            return false;
        }
        Set<FixUnit> seen = new HashSet<>();
        Deque<FixUnit> open = new ArrayDeque<>(List.of(need));
        while (!open.isEmpty() && seen.size() < MOST_VISITED) {
            for (FixUnit next : open.removeFirst().needs()) {
                if (next == unit) {
                    return true;
                }
                if (!done.contains(next) && seen.add(next)) {
                    open.addLast(next);
                }
            }
        }
        return seen.size() >= MOST_VISITED;
    }
}
