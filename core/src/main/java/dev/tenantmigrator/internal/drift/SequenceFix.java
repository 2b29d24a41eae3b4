package dev.tenantmigrator.internal.drift;

import static dev.tenantmigrator.internal.drift.KindFix.changing;
import static dev.tenantmigrator.internal.drift.KindFix.setting;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Difference.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sequences. The one of an identity column comes and goes with its column. */
final class SequenceFix implements KindFix {

    private static final String IDENTITY = " (identity)";

    private final List<StructureRow> actual;

    SequenceFix(List<StructureRow> actual) {
        this.actual = actual;
    }

    /** The sequence of an identity column. */
    static Optional<StructureRow> ofIdentity(List<StructureRow> rows, StructureRow column) {
        return rows.stream()
                .filter(row -> row.kind() == RelationKinds.SEQUENCE
                        && row.get("owned by").equals(Optional.of(column.object() + IDENTITY)))
                .findFirst();
    }

    /** Goes on after the column's highest value; a column without rows changes nothing. */
    static String continueAfter(StructureRow sequence, StructureRow column) {
        return "SELECT pg_catalog.setval(" + Sql.literal(sequence.object()) + ", pg_catalog.max("
                + ObjectName.part(column) + ")) FROM " + ObjectName.table(column);
    }

    /** All options, each with a space before. */
    static String options(StructureRow row) {
        return " START WITH " + number(row, "start") + " INCREMENT BY " + number(row, "increment") + " MINVALUE "
                + number(row, "minimum") + " MAXVALUE " + number(row, "maximum") + " CACHE " + number(row, "cache")
                + (isYes(row) ? " CYCLE" : " NO CYCLE");
    }

    private static String number(StructureRow row, String attribute) {
        return row.get(attribute).orElseThrow();
    }

    private static boolean isYes(StructureRow row) {
        return row.get("cycle").equals(Optional.of("yes"));
    }

    /** Whether it is the sequence of an identity column of the table. */
    static boolean isOfIdentity(StructureRow row, StructureRow table) {
        return row.kind() == RelationKinds.SEQUENCE
                && isIdentity(row)
                && SqlParts.before(row.get("owned by").orElseThrow(), ".").equals(table.object());
    }

    /** The column that owns it, as objects of this kind are named. */
    static Optional<String> owner(StructureRow row) {
        return row.get("owned by")
                .map(column ->
                        column.endsWith(IDENTITY) ? column.substring(0, column.length() - IDENTITY.length()) : column);
    }

    /** Whether it is dropped with a table or column. */
    static boolean goesWith(StructureRow row, StructureRow dropped) {
        return row.kind() == RelationKinds.SEQUENCE
                && owner(row)
                        .filter(column -> dropped.kind() == RelationKinds.TABLE
                                ? SqlParts.before(column, ".").equals(dropped.object())
                                : dropped.kind() == TablePartKinds.COLUMN && column.equals(dropped.object()))
                        .isPresent();
    }

    /** Whether it comes and goes with a column. */
    static boolean isIdentity(StructureRow row) {
        return row.get("owned by").filter(column -> column.endsWith(IDENTITY)).isPresent();
    }

    @Override
    public List<String> create(StructureRow row) {
        if (isIdentity(row)) {
            String owner = row.get("owned by").orElseThrow();
            return actual.stream()
                    .filter(other ->
                            other.kind() == row.kind() && other.get("owned by").equals(Optional.of(owner)))
                    .map(other -> "ALTER SEQUENCE " + other.object() + " RENAME TO " + row.object())
                    .toList();
        }
        List<String> statements = new ArrayList<>();
        statements.add("CREATE " + (isUnlogged(row) ? "UNLOGGED " : "") + "SEQUENCE " + row.object() + " AS "
                + number(row, "type") + options(row));
        row.get("owned by").ifPresent(column -> statements.add(ownedBy(row, column)));
        actual.stream()
                .filter(column -> column.kind() == TablePartKinds.COLUMN
                        && row.get("owned by").equals(Optional.of(column.object())))
                .forEach(column -> statements.add(continueAfter(row, column)));
        return statements;
    }

    /** It may have gone with the table or column that owns it. */
    @Override
    public List<String> drop(StructureRow row) {
        return isIdentity(row) ? List.of() : List.of("DROP SEQUENCE IF EXISTS " + row.object());
    }

    private static boolean isUnlogged(StructureRow row) {
        return row.get("persistence").equals(Optional.of("unlogged"));
    }

    private static String ownedBy(StructureRow row, String column) {
        return "ALTER SEQUENCE " + row.object() + " OWNED BY " + column;
    }

    @Override
    public Optional<List<Statement>> change(StructureRow expected, StructureRow present, String attribute) {
        String alter = "ALTER SEQUENCE " + expected.object();
        return switch (attribute) {
            case "persistence" -> changing(alter + (isUnlogged(expected) ? " SET UNLOGGED" : " SET LOGGED"));
            case "owned by" ->
                isIdentity(expected) || isIdentity(present)
                        ? Optional.of(List.of())
                        : setting(
                                present,
                                attribute,
                                ownedBy(expected, expected.get(attribute).orElse("NONE")));
            default -> changing(alter + " AS " + number(expected, "type") + options(expected));
        };
    }
}
