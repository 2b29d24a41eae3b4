package dev.tenantmigrator.internal.drift;

import static dev.tenantmigrator.internal.drift.KindFix.adding;
import static dev.tenantmigrator.internal.drift.KindFix.changing;

import dev.tenantmigrator.report.Difference.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Columns of tables. */
final class ColumnFix implements KindFix {

    private static final String NOT_VALID = "NOT NULL NOT VALID";

    private final List<StructureRow> expected;
    private final List<StructureRow> actual;
    private final Dependents dependents;

    ColumnFix(List<StructureRow> expected, List<StructureRow> actual, Dependents dependents) {
        this.expected = expected;
        this.actual = actual;
        this.dependents = dependents;
    }

    @Override
    public List<String> create(StructureRow column) {
        if (column.kind() == TablePartKinds.COLUMN_ORDER) {
            return List.of();
        }
        List<String> statements = new ArrayList<>(List.of(alterTable(column) + "ADD COLUMN " + definition(column)));
        statements.addAll(storage(column));
        return statements;
    }

    @Override
    public List<String> drop(StructureRow column) {
        return column.kind() == TablePartKinds.COLUMN_ORDER
                ? List.of()
                : List.of(alterTable(column) + "DROP COLUMN " + ObjectName.part(column));
    }

    /** As {@code CREATE TABLE} has it. */
    String definition(StructureRow column) {
        StringBuilder sql =
                new StringBuilder(ObjectName.part(column)).append(' ').append(type(column));
        column.get("foreign options")
                .ifPresent(options -> sql.append(" OPTIONS (").append(options).append(')'));
        column.get("default").ifPresent(value -> sql.append(" DEFAULT ").append(value));
        column.get("generated")
                .ifPresent(value -> sql.append(" GENERATED ALWAYS AS ").append(value));
        column.get("identity").ifPresent(value -> sql.append(" GENERATED ").append(identity(column, value)));
        return sql.append(notNull(column)).toString();
    }

    /** Options of a column that comes from a parent or type; empty when it has none. */
    Optional<String> options(StructureRow column) {
        String options = column.get("default").map(value -> " DEFAULT " + value).orElse("") + notNull(column);
        return options.isEmpty() ? Optional.empty() : Optional.of(ObjectName.part(column) + " WITH OPTIONS" + options);
    }

    /** Attributes that a definition does not have. */
    List<String> storage(StructureRow column) {
        List<String> statements = new ArrayList<>();
        String alter = alter(column);
        // The type's own way is not known; the next comparison finds what is missed here.
        column.get("storage")
                .filter(value -> value.equals("EXTERNAL")
                        || (value.equals("MAIN") && !type(column).matches("(numeric|inet|cidr).*")))
                .ifPresent(value -> statements.add(alter + "SET STORAGE " + value));
        column.get("compression").ifPresent(value -> statements.add(alter + "SET COMPRESSION " + value));
        column.get("statistics target").ifPresent(value -> statements.add(alter + "SET STATISTICS " + value));
        column.get("options")
                .ifPresent(value -> statements.add(
                        alter + "SET" + KindFix.with(Optional.of(value)).substring(5)));
        if (isNotValid(column)) {
            statements.add(notValid(column));
        }
        return statements;
    }

    private static String type(StructureRow column) {
        return column.get("type").orElseThrow()
                + column.get("collation").map(name -> " COLLATE " + name).orElse("");
    }

    private String notNull(StructureRow column) {
        if (!column.get("nullability").equals(Optional.of("NOT NULL"))) {
            return "";
        }
        return namedNotNull(column)
                .map(constraint -> " CONSTRAINT " + ObjectName.part(constraint) + " NOT NULL"
                        + (constraint.get("definition").orElse("").endsWith(" NO INHERIT") ? " NO INHERIT" : ""))
                .orElse(" NOT NULL");
    }

    /** The constraint, from PostgreSQL 18 on and with a name that a user gave. */
    private Optional<StructureRow> namedNotNull(StructureRow column) {
        return expected.stream()
                .filter(row -> row.kind() == TablePartKinds.CONSTRAINT
                        && row.table().equals(column.table())
                        && row.get("type").equals(Optional.of("NOT NULL"))
                        && ConstraintFix.column(row).equals(ObjectName.part(column)))
                .findFirst();
    }

    private static boolean isNotValid(StructureRow column) {
        return column.get("nullability").equals(Optional.of(NOT_VALID));
    }

    private String notValid(StructureRow column) {
        String name = namedNotNull(column)
                .map(constraint -> "CONSTRAINT " + ObjectName.part(constraint) + ' ')
                .orElse("");
        return alterTable(column) + "ADD " + name + "NOT NULL " + ObjectName.part(column) + " NOT VALID";
    }

    private String identity(StructureRow column, String value) {
        String options = SequenceFix.ofIdentity(expected, column)
                .map(sequence -> " (SEQUENCE NAME " + sequence.object() + SequenceFix.options(sequence) + ")")
                .orElse("");
        return value + " AS IDENTITY" + options;
    }

    @Override
    public Optional<List<Statement>> change(StructureRow wanted, StructureRow present, String attribute) {
        String alter = alter(wanted);
        Optional<String> value = wanted.get(attribute);
        return switch (attribute) {
            case "type", "collation" -> Optional.of(changeType(wanted, present));
            case "nullability" -> nullability(wanted, present);
            case "default" ->
                present.get("generated").isPresent()
                                || wanted.get("generated").isPresent()
                                || present.get("identity").isPresent()
                        ? Optional.of(List.of())
                        : KindFix.setting(present, attribute, setDefault(wanted, value));
            case "identity" -> changeIdentity(wanted, present);
            case "generated" -> changeGenerated(wanted, present);
            case "storage" -> changing(alter + "SET STORAGE " + value.orElseThrow());
            case "compression" ->
                KindFix.setting(present, attribute, alter + "SET COMPRESSION " + value.orElse("default"));
            case "statistics target" ->
                KindFix.setting(present, attribute, alter + "SET STATISTICS " + value.orElse("-1"));
            case "options" -> KindFix.options(alter.strip(), value, present.get(attribute));
            case "foreign options" -> KindFix.foreignOptions(alter.strip(), value, present.get(attribute));
            default -> Optional.of(List.of());
        };
    }

    /** Statements that change the type, and those that take away and bring back what depends on the column. */
    private List<Statement> changeType(StructureRow wanted, StructureRow present) {
        List<String> statements = new ArrayList<>();
        present.get("default").ifPresent(value -> statements.add(alter(present) + "DROP DEFAULT"));
        statements.add(alter(wanted) + "TYPE " + type(wanted) + using(wanted, present));
        if (wanted.get("generated").isEmpty()) {
            wanted.get("default").ifPresent(value -> statements.add(setDefault(wanted, wanted.get("default"))));
        }
        return dependents.ofColumn(present).around(statements);
    }

    /** An explicit cast to a text type would cut values. Between an enum and other types there is only the way over text. */
    private String using(StructureRow wanted, StructureRow present) {
        String type = wanted.get("type").orElseThrow();
        return type.matches("(character|text|bit).*")
                        || wanted.get("type").equals(present.get("type"))
                        || wanted.get("generated").isPresent()
                ? ""
                : " USING " + ObjectName.part(wanted)
                        + (isEnum(wanted, expected) || isEnum(present, actual) ? overText(present) : "::") + type;
    }

    private Optional<List<Statement>> nullability(StructureRow wanted, StructureRow present) {
        String drop = alter(wanted) + "DROP NOT NULL";
        if (isNotValid(wanted)) {
            return present.get("nullability").equals(Optional.of("NULL"))
                    ? changing(notValid(wanted))
                    : changing(drop, notValid(wanted));
        }
        if (!wanted.get("nullability").equals(Optional.of("NOT NULL"))) {
            return adding(drop);
        }
        return changing(namedNotNull(wanted)
                .filter(constraint -> present.get("nullability").equals(Optional.of("NULL")))
                .map(ConstraintFix::add)
                .orElse(alter(wanted) + "SET NOT NULL"));
    }

    private static String setDefault(StructureRow column, Optional<String> value) {
        return alter(column) + value.map(text -> "SET DEFAULT " + text).orElse("DROP DEFAULT");
    }

    private Optional<List<Statement>> changeIdentity(StructureRow wanted, StructureRow present) {
        Optional<String> value = wanted.get("identity");
        if (value.isEmpty()) {
            return changing(alter(wanted) + "DROP IDENTITY");
        }
        if (present.get("identity").isPresent()) {
            return changing(alter(wanted) + "SET GENERATED " + value.get());
        }
        List<String> statements = new ArrayList<>();
        present.get("default").ifPresent(text -> statements.add(alter(wanted) + "DROP DEFAULT"));
        Optional<StructureRow> sequence = SequenceFix.ofIdentity(expected, wanted);
        // A sequence of the column gives way to the one of the identity.
        sequence.flatMap(row -> actual.stream()
                        .filter(other ->
                                other.kind() == row.kind() && other.object().equals(row.object()))
                        .findFirst())
                .ifPresent(row -> statements.add("DROP SEQUENCE " + row.object()));
        boolean added = statements.isEmpty();
        statements.add(alter(wanted) + "ADD GENERATED " + identity(wanted, value.get()));
        sequence.ifPresent(row -> statements.add(SequenceFix.continueAfter(row, wanted)));
        String[] sql = statements.toArray(String[]::new);
        return added ? adding(sql) : changing(sql);
    }

    private Optional<List<Statement>> changeGenerated(StructureRow wanted, StructureRow present) {
        if (wanted.get("generated").isEmpty()
                && present.get("generated").orElse("").endsWith("STORED")) {
            List<String> statements = new ArrayList<>(List.of(alter(wanted) + "DROP EXPRESSION"));
            wanted.get("default").ifPresent(value -> statements.add(setDefault(wanted, wanted.get("default"))));
            return changing(statements.toArray(String[]::new));
        }
        // A server before 17 cannot change the expression. The column's parts come back with the next comparison.
        List<String> statements = new ArrayList<>(drop(present));
        statements.addAll(create(wanted));
        return Optional.of(dependents
                .ofColumn(present)
                .without(Set.of("index", "constraint", "statistics"))
                .around(statements));
    }

    static String alterTable(StructureRow part) {
        return "ALTER TABLE " + ObjectName.table(part) + ' ';
    }

    private static String alter(StructureRow column) {
        return alterTable(column) + "ALTER COLUMN " + ObjectName.part(column) + ' ';
    }

    /** Whether a column's type is the type, or an array of it. */
    static boolean isOfType(StructureRow row, String type) {
        String used = row.kind() == TablePartKinds.COLUMN ? row.get("type").orElse("") : "";
        return used.equals(type) || used.equals(type + "[]");
    }

    /** Converts a column to text, while its type is made anew. */
    static String toText(StructureRow column) {
        String text = column.get("type").orElseThrow().endsWith("[]") ? "text[]" : "text";
        return alter(column) + "TYPE " + text + " USING " + ObjectName.part(column) + "::" + text;
    }

    /** Converts a column to a type of its own type's name, over text. */
    static List<String> convert(StructureRow column) {
        List<String> statements = new ArrayList<>();
        String name = ObjectName.part(column);
        statements.add(alter(column) + "TYPE " + type(column) + " USING " + name + overText(column)
                + column.get("type").orElseThrow());
        column.get("default").ifPresent(value -> statements.add(setDefault(column, column.get("default"))));
        return statements;
    }

    private static String overText(StructureRow column) {
        return column.get("type").orElseThrow().endsWith("[]") ? "::text[]::" : "::text::";
    }

    private static boolean isEnum(StructureRow column, List<StructureRow> rows) {
        return rows.stream().anyMatch(row -> row.kind() == TypeAndRoutineKinds.ENUM && isOfType(column, row.object()));
    }

    /** A default value that stands aside for a moment. */
    static List<String> dropDefault(StructureRow column) {
        return List.of(alter(column) + "DROP DEFAULT");
    }
}
