package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.report.Difference.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Objects of the tenant that keep another one from being dropped or changed. They are found by name in their definitions; one too many
 * is dropped and made again for nothing. Never a table or a column, because rows would be lost.
 */
final class Dependents {

    /** Kinds that hold no rows. */
    private static final Set<String> KINDS = Set.of(
            "view",
            "materialized view",
            "constraint",
            "index",
            "trigger",
            "policy",
            "rule",
            "function",
            "procedure",
            "aggregate",
            "domain constraint",
            "statistics",
            "operator",
            "operator class",
            "cast",
            "transform",
            "text search configuration",
            "text search dictionary");

    /** A change of a column's type takes these along. */
    private static final Set<String> NOT_OF_COLUMNS =
            Set.of("index", "constraint", "statistics", "aggregate", "operator");

    /** Characters of statements about one object; a tenant may have far more views on one column than anybody wants to read. */
    private static final long MOST_CHARACTERS = 1L << 20;

    /** Characters of definitions that are searched for one tenant: about a second. */
    private static final long MOST_SEARCHED = 1L << 30;

    private final List<StructureRow> expected;
    private final List<StructureRow> actual;
    private final Predicate<StructureRow> unwanted;
    private final long charactersOfAll;
    private long searched;
    private final Function<StructureRow, List<String>> create;
    private final Function<StructureRow, List<String>> drop;

    /**
     * For one tenant.
     *
     * @param unwanted whether an object goes by itself, before others are changed, and does not come back
     * @param create the statements that make an object
     * @param drop the statements that drop it
     */
    Dependents(
            List<StructureRow> expected,
            List<StructureRow> actual,
            Predicate<StructureRow> unwanted,
            Function<StructureRow, List<String>> create,
            Function<StructureRow, List<String>> drop) {
        this.expected = expected;
        this.actual = actual;
        this.unwanted = unwanted;
        this.charactersOfAll =
                actual.stream().mapToLong(StructureRow::characters).sum();
        this.create = create;
        this.drop = drop;
    }

    /** The statements that make an object; for a change that needs it anew. */
    List<String> made(StructureRow object) {
        return create.apply(object);
    }

    /** Of an object, under its name in definitions. */
    Found of(StructureRow object, String name) {
        return find(object, row -> isMovable(row) && SqlParts.mentions(text(row), name));
    }

    /** Of an object that others do not keep. */
    Found none() {
        return new Found(List.of(), true);
    }

    /** Of a column. */
    Found ofColumn(StructureRow column) {
        String table = ObjectName.table(column);
        String name = ObjectName.part(column);
        return find(
                column,
                row -> KINDS.contains(row.kind().name())
                        && !NOT_OF_COLUMNS.contains(row.kind().name())
                        && (row.table().equals(column.table()) || SqlParts.mentions(text(row), table))
                        && SqlParts.mentions(text(row), name));
    }

    /** Of a primary key or unique constraint: foreign keys to its table. */
    Found ofKey(StructureRow constraint) {
        String references = "REFERENCES " + ObjectName.table(constraint);
        return find(
                constraint,
                row -> row.kind() == TablePartKinds.CONSTRAINT
                        && row.get("type").equals(Optional.of("FOREIGN KEY"))
                        && SqlParts.mentions(text(row), references));
    }

    private Found find(StructureRow object, Predicate<StructureRow> direct) {
        Collection<StructureRow> found = new LinkedHashSet<>();
        List<StructureRow> next = searched > MOST_SEARCHED
                ? List.of()
                : actual.stream().filter(direct).toList();
        searched += charactersOfAll;
        while (!next.isEmpty() && searched <= MOST_SEARCHED) {
            searched += charactersOfAll;
            found.addAll(next);
            Set<String> names = next.stream()
                    .filter(row -> RelationKinds.isView(row.kind()))
                    .map(StructureRow::object)
                    .collect(Collectors.toSet());
            next = actual.stream()
                    .filter(row -> isMovable(row) && !found.contains(row))
                    .filter(row -> names.stream().anyMatch(name -> SqlParts.mentions(text(row), name)))
                    .toList();
        }
        found.remove(object);
        Set<Optional<String>> views = found.stream()
                .filter(row -> RelationKinds.isView(row.kind()))
                .map(StructureRow::table)
                .collect(Collectors.toCollection(HashSet::new));
        if (RelationKinds.isView(object.kind())) {
            views.add(object.table());
        }
        // The parts of a view come and go with it.
        List<StructureRow> rows = found.stream()
                .filter(row -> !unwanted.test(row))
                .filter(row ->
                        RelationKinds.isView(row.kind()) || row.table().isEmpty() || !views.contains(row.table()))
                .sorted(Comparator.comparingInt(row -> FixStatements.order(row.kind())))
                .toList();
        searched += rows.stream().mapToLong(StructureRow::characters).sum() * views.size();
        boolean complete = searched <= MOST_SEARCHED;
        return new Found(complete ? inOrder(rows) : rows, complete);
    }

    /** Each view after those that it uses. */
    private static List<StructureRow> inOrder(List<StructureRow> rows) {
        Set<StructureRow> ordered = new LinkedHashSet<>();
        rows.forEach(row -> add(row, rows, new HashSet<>(), ordered));
        return List.copyOf(ordered);
    }

    private static void add(
            StructureRow row, List<StructureRow> rows, Set<StructureRow> entered, Set<StructureRow> ordered) {
        if (!ordered.contains(row) && entered.add(row)) {
            rows.stream()
                    .filter(other -> RelationKinds.isView(other.kind())
                            && RelationKinds.isView(row.kind())
                            && !ordered.contains(other)
                            && SqlParts.mentions(text(row), other.object()))
                    .forEach(other -> add(other, rows, entered, ordered));
            ordered.add(row);
        }
    }

    private static boolean isMovable(StructureRow row) {
        return KINDS.contains(row.kind().name())
                && (row.kind() != TablePartKinds.CONSTRAINT
                        || row.get("type")
                                .filter(Set.of("CHECK", "EXCLUDE")::contains)
                                .isPresent());
    }

    private static String text(StructureRow row) {
        List<String> attributes = row.kind().attributes();
        boolean stringBody = attributes.contains("body form")
                && row.get("body form").filter("string"::equals).isPresent();
        return Stream.concat(
                        Stream.of(attributes.contains("arguments") ? SqlParts.after(row.object(), "(") : row.object()),
                        IntStream.range(0, attributes.size())
                                .filter(i -> !attributes.get(i).endsWith(ObjectKind.PRIVILEGES)
                                        && !attributes.get(i).endsWith("comment")
                                        && !attributes.get(i).endsWith("comments")
                                        && !(stringBody && attributes.get(i).equals("body")))
                                .mapToObj(i -> row.attributes().get(i).orElse("")))
                .collect(Collectors.joining("\n"));
    }

    /** An object that uses one that goes comes back as defined. */
    private StructureRow madeAgain(StructureRow row) {
        boolean uses = RelationKinds.isView(row.kind())
                && actual.stream()
                        .filter(other -> RelationKinds.isView(other.kind()) && unwanted.test(other))
                        .anyMatch(other -> SqlParts.mentions(text(row), other.object()));
        return !uses
                ? row
                : expected.stream()
                        .filter(defined ->
                                defined.kind() == row.kind() && defined.object().equals(row.object()))
                        .findFirst()
                        .orElse(row);
    }

    /** Dependents, in the order of their creation. */
    final class Found {

        private final List<StructureRow> rows;
        private final boolean complete;

        private Found(List<StructureRow> rows, boolean complete) {
            this.rows = rows;
            this.complete = complete;
        }

        /** Without some kinds, which go with the column. */
        Found without(Set<String> kinds) {
            return new Found(
                    rows.stream()
                            .filter(row -> !kinds.contains(row.kind().name()))
                            .toList(),
                    complete);
        }

        /** The statements with the dependents dropped before and made again after; none when the dependents are too many. */
        List<Statement> around(List<String> statements) {
            long characters = rows.stream().mapToLong(StructureRow::characters).sum();
            if (!complete || characters > MOST_CHARACTERS) {
                return List.of();
            }
            List<String> all = new ArrayList<>();
            for (int i = rows.size() - 1; i >= 0; i--) {
                all.addAll(drop.apply(rows.get(i)));
            }
            all.addAll(statements);
            rows.forEach(row -> all.addAll(create.apply(madeAgain(row))));
            return all.stream().map(sql -> new Statement(sql, true)).toList();
        }
    }
}
