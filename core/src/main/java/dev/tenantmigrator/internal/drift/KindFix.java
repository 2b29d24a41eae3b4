package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Difference.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The statements for some kinds of objects. Comments and privileges are written for all kinds in one place, {@link FixStatements}. */
interface KindFix {

    /** Makes an object. */
    List<String> create(StructureRow row);

    /** Drops an object. */
    default List<String> drop(StructureRow row) {
        return List.of("DROP " + ObjectName.of(row));
    }

    /** Brings an attribute to the expected value; empty when the object has to be dropped and made again. */
    Optional<List<Statement>> change(StructureRow expected, StructureRow actual, String attribute);

    /** Statements that drop or change something that is there. */
    static Optional<List<Statement>> changing(String... sql) {
        return Optional.of(Stream.of(sql).map(text -> new Statement(text, true)).toList());
    }

    /** Statements that only add. */
    static Optional<List<Statement>> adding(String... sql) {
        return Optional.of(
                Stream.of(sql).map(text -> new Statement(text, false)).toList());
    }

    /** Statements for an attribute: they change something that is there unless the attribute was not set. */
    static Optional<List<Statement>> setting(StructureRow actual, String attribute, String... sql) {
        return actual.get(attribute).isPresent() ? changing(sql) : adding(sql);
    }

    /** Storage parameters: {@code alter} with SET and RESET. */
    static Optional<List<Statement>> options(String alter, Optional<String> expected, Optional<String> actual) {
        Map<String, String> wanted = SqlParts.named(expected, ", ", "=");
        Map<String, String> present = SqlParts.named(actual, ", ", "=");
        List<String> reset = present.keySet().stream()
                .filter(name -> !wanted.containsKey(name))
                .toList();
        Stream.Builder<Statement> statements = Stream.builder();
        if (!reset.isEmpty()) {
            statements.add(new Statement(alter + " RESET (" + String.join(", ", reset) + ")", true));
        }
        Map<String, String> set = wanted.entrySet().stream()
                .filter(option -> !option.getValue().equals(present.get(option.getKey())))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        if (!set.isEmpty()) {
            statements.add(new Statement(
                    alter + " SET (" + optionList(set) + ")",
                    set.keySet().stream().anyMatch(present::containsKey)));
        }
        return Optional.of(statements.build().toList());
    }

    /** Storage parameters of a new object, with a space before; empty when there are none. */
    static String with(Optional<String> options) {
        return options.map(text -> " WITH (" + optionList(SqlParts.named(options, ", ", "=")) + ")")
                .orElse("");
    }

    private static String optionList(Map<String, String> options) {
        return options.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(option -> option.getKey() + "=" + Sql.literal(option.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** Options of a foreign table or column: {@code alter} with OPTIONS. */
    static Optional<List<Statement>> foreignOptions(String alter, Optional<String> expected, Optional<String> actual) {
        Map<String, String> wanted = SqlParts.named(expected, ", ", " ");
        Map<String, String> present = SqlParts.named(actual, ", ", " ");
        String list = Stream.concat(
                        present.keySet().stream()
                                .filter(name -> !wanted.containsKey(name))
                                .map(name -> "DROP " + name),
                        wanted.entrySet().stream()
                                .filter(option -> !option.getValue().equals(present.get(option.getKey())))
                                .map(option -> (present.containsKey(option.getKey()) ? "SET " : "ADD ")
                                        + option.getKey()
                                        + ' '
                                        + option.getValue()))
                .collect(Collectors.joining(", "));
        String sql = alter + " OPTIONS (" + list + ")";
        return present.isEmpty() ? adding(sql) : changing(sql);
    }
}
