package dev.tenantmigrator.internal.drift;

import static dev.tenantmigrator.internal.drift.KindFix.adding;
import static dev.tenantmigrator.internal.drift.KindFix.changing;

import dev.tenantmigrator.report.Difference.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Tables. A new one has its columns; its other parts are made after it. */
final class TableFix implements KindFix {

    private final List<StructureRow> rows;
    private final ColumnFix columns;

    /** @param rows the side that new tables are taken from */
    TableFix(List<StructureRow> rows, ColumnFix columns) {
        this.rows = rows;
        this.columns = columns;
    }

    @Override
    public List<String> create(StructureRow table) {
        List<StructureRow> own = columnsOf(table);
        List<String> statements = new ArrayList<>(List.of(createTable(table, own)));
        own.forEach(column -> statements.addAll(columns.storage(column)));
        state(table, "row security", "enabled", "ENABLE ROW LEVEL SECURITY", statements);
        state(table, "forced row security", "enabled", "FORCE ROW LEVEL SECURITY", statements);
        return statements;
    }

    /** A partition is detached first: its table may be referred to. */
    @Override
    public List<String> drop(StructureRow table) {
        String drop = "DROP " + ObjectName.of(table);
        return table.get("partition of")
                .map(parent -> List.of(
                        "ALTER TABLE " + SqlParts.before(parent, " ") + " DETACH PARTITION " + table.object(), drop))
                .orElse(List.of(drop));
    }

    /** Needs the table's indexes. */
    static List<String> replicaIdentity(StructureRow table) {
        return table
                .get("replica identity")
                .filter(value -> !value.equals("default") && !ObjectName.isForeign(table))
                .stream()
                .map(value -> alter(table) + replicaIdentity(value))
                .toList();
    }

    private static void state(
            StructureRow table, String attribute, String value, String action, List<String> statements) {
        if (table.get(attribute).equals(Optional.of(value))) {
            statements.add(alter(table) + action);
        }
    }

    private List<StructureRow> columnsOf(StructureRow table) {
        List<String> order = rows.stream()
                .filter(row ->
                        row.kind() == TablePartKinds.COLUMN_ORDER && row.table().equals(table.table()))
                .flatMap(row -> SqlParts.split(row.get("order").orElse(""), ", ").stream())
                .toList();
        return rows.stream()
                .filter(row ->
                        row.kind() == TablePartKinds.COLUMN && row.table().equals(table.table()))
                .sorted(Comparator.comparingInt(row -> order.indexOf(ObjectName.part(row))))
                .toList();
    }

    private String createTable(StructureRow table, List<StructureRow> own) {
        Optional<String> partition = table.get("partition of");
        StringBuilder sql = new StringBuilder("CREATE ");
        sql.append(table.get("persistence").equals(Optional.of("unlogged")) ? "UNLOGGED " : "");
        sql.append(ObjectName.isForeign(table) ? "FOREIGN TABLE " : "TABLE ").append(table.object());
        if (partition.isPresent()) {
            sql.append(" PARTITION OF ").append(SqlParts.before(partition.get(), " "));
            sql.append(optionsOf(own));
            sql.append(' ').append(SqlParts.after(partition.get(), " "));
        } else if (table.get("of type").isPresent()) {
            sql.append(" OF ").append(table.get("of type").get()).append(optionsOf(own));
        } else {
            sql.append(own.stream().map(columns::definition).collect(Collectors.joining(", ", " (", ")")));
        }
        table.get("inherits")
                .ifPresent(parents -> sql.append(" INHERITS (").append(parents).append(')'));
        table.get("partition key").ifPresent(key -> sql.append(" PARTITION BY ").append(key));
        table.get("server").ifPresent(server -> sql.append(" SERVER ").append(server));
        table.get("foreign options")
                .ifPresent(options -> sql.append(" OPTIONS (").append(options).append(')'));
        table.get("access method")
                .filter(method -> !method.equals("heap"))
                .ifPresent(method -> sql.append(" USING ").append(method));
        sql.append(KindFix.with(table.get("options")));
        table.get("tablespace").ifPresent(space -> sql.append(" TABLESPACE ").append(space));
        return sql.toString();
    }

    /** Columns that come from a parent or type, with the options that they have of their own. */
    private String optionsOf(List<StructureRow> own) {
        List<String> options =
                own.stream().map(columns::options).flatMap(Optional::stream).toList();
        return options.isEmpty() ? "" : " (" + String.join(", ", options) + ")";
    }

    @Override
    public Optional<List<Statement>> change(StructureRow expected, StructureRow actual, String attribute) {
        String alter = alter(expected);
        Optional<String> wanted = expected.get(attribute);
        Optional<String> present = actual.get(attribute);
        return switch (attribute) {
            case "persistence" ->
                changing(alter + (wanted.equals(Optional.of("unlogged")) ? "SET UNLOGGED" : "SET LOGGED"));
            case "partition of" -> partition(expected, wanted, present);
            case "inherits" -> inherits(alter, wanted, present);
            case "of type" ->
                KindFix.setting(
                        actual,
                        attribute,
                        alter + wanted.map(type -> "OF " + type).orElse("NOT OF"));
            case "row security" -> changing(alter + enabled(wanted, "ENABLE", "DISABLE") + " ROW LEVEL SECURITY");
            case "forced row security" ->
                changing(alter + enabled(wanted, "FORCE", "NO FORCE") + " ROW LEVEL SECURITY");
            case "replica identity" ->
                ObjectName.isForeign(expected)
                        ? Optional.of(List.of())
                        : changing(alter + replicaIdentity(wanted.orElse("default")));
            case "options" -> KindFix.options(alter.strip(), wanted, present);
            case "access method" -> changing(alter + "SET ACCESS METHOD " + wanted.orElse("heap"));
            case "tablespace" -> changing(alter + "SET TABLESPACE " + wanted.orElse("pg_default"));
            case "foreign options" ->
                KindFix.foreignOptions("ALTER FOREIGN TABLE " + expected.object(), wanted, present);
            default -> Optional.empty();
        };
    }

    private static Optional<List<Statement>> partition(
            StructureRow table, Optional<String> wanted, Optional<String> present) {
        List<String> statements = new ArrayList<>();
        present.ifPresent(parent ->
                statements.add("ALTER TABLE " + SqlParts.before(parent, " ") + " DETACH PARTITION " + table.object()));
        wanted.ifPresent(parent -> statements.add("ALTER TABLE " + SqlParts.before(parent, " ") + " ATTACH PARTITION "
                + table.object() + ' ' + SqlParts.after(parent, " ")));
        String[] sql = statements.toArray(String[]::new);
        return present.isEmpty() ? adding(sql) : changing(sql);
    }

    private static Optional<List<Statement>> inherits(String alter, Optional<String> wanted, Optional<String> present) {
        List<String> parents = SqlParts.split(wanted.orElse(""), ", ");
        List<String> found = SqlParts.split(present.orElse(""), ", ");
        List<String> statements = new ArrayList<>();
        found.stream()
                .filter(parent -> !parents.contains(parent))
                .forEach(parent -> statements.add(alter + "NO INHERIT " + parent));
        parents.stream()
                .filter(parent -> !found.contains(parent))
                .forEach(parent -> statements.add(alter + "INHERIT " + parent));
        String[] sql = statements.toArray(String[]::new);
        return found.isEmpty() ? adding(sql) : changing(sql);
    }

    private static String enabled(Optional<String> value, String yes, String no) {
        return value.equals(Optional.of("enabled")) ? yes : no;
    }

    private static String replicaIdentity(String value) {
        return "REPLICA IDENTITY "
                + Map.of("default", "DEFAULT", "nothing", "NOTHING", "full", "FULL")
                        .getOrDefault(value, "USING INDEX " + SqlParts.after(value, " "));
    }

    private static String alter(StructureRow table) {
        return (ObjectName.isForeign(table) ? "ALTER FOREIGN TABLE " : "ALTER TABLE ") + table.object() + ' ';
    }
}
