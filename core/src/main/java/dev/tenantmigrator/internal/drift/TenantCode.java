package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.Difference.Change;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Code of a tenant that is not as defined, and the objects that run it: a statement of the definition may call it, with the rights of
 * whoever runs the statement. One object too many is taken for such code where a name has two meanings.
 */
final class TenantCode {

    private static final Set<String> CODE = Set.of(
            "function",
            "procedure",
            "aggregate",
            "operator",
            "operator class",
            "operator family",
            "domain",
            "domain constraint",
            "range type",
            "base type",
            "cast");

    /** Without code of their own, but a statement that names one means another type than the definition. */
    private static final Set<String> PLAIN_TYPES = Set.of("enum", "composite type");

    /** No statement about a table runs these. */
    private static final Set<String> SILENT = Set.of("trigger", "policy", "rule", "statistics", "published table");

    /** The drifted object by the name of an object that runs it. */
    private final Map<String, String> names = new HashMap<>();

    private TenantCode() {}

    /** The code among differences, and what runs it in the tenant. */
    static TenantCode of(List<Difference> differences, List<StructureRow> actual) {
        TenantCode code = new TenantCode();
        Deque<String> open = new ArrayDeque<>();
        for (Difference difference : differences) {
            if (isDrifted(difference)) {
                names(difference, actual).forEach(name -> {
                    code.names.putIfAbsent(name, difference.kind() + ' ' + difference.object());
                    if (CODE.contains(difference.kind())) {
                        open.add(name);
                    }
                });
            }
        }
        if (!open.isEmpty()) {
            code.spread(open, actual);
        }
        return code;
    }

    private static boolean isDrifted(Difference difference) {
        String attribute = difference.attribute().orElse("");
        return difference.change() != Change.MISSING
                && (CODE.contains(difference.kind()) || PLAIN_TYPES.contains(difference.kind()))
                && !attribute.equals(ObjectKind.PRIVILEGES)
                && !attribute.equals(ObjectKind.COMMENT);
    }

    private static Stream<String> names(Difference difference, List<StructureRow> actual) {
        if (difference.kind().equals("cast")) {
            // No statement names a cast. One of its types is the tenant's.
            Mentions types = new Mentions(difference.object());
            return actual.stream()
                    .filter(row -> TypeAndRoutineKinds.ALL.contains(row.kind()) || RelationKinds.hasParts(row.kind()))
                    .map(StructureRow::object)
                    .filter(name -> types.hasAll(List.of(name)));
        }
        List<String> words = ObjectName.words(difference.kind(), difference.object());
        return words.stream().limit(1);
    }

    private void spread(Deque<String> open, List<StructureRow> actual) {
        Map<String, Set<StructureRow>> users = new HashMap<>();
        Map<StructureRow, Mentions> quoted = new HashMap<>();
        for (StructureRow row : actual) {
            if (!SILENT.contains(row.kind().name())) {
                Mentions mentions = new Mentions(row.text());
                mentions.words()
                        .forEach(word -> users.computeIfAbsent(word, absent -> new HashSet<>())
                                .add(row));
                quoted.put(row, mentions);
            }
        }
        while (!open.isEmpty()) {
            String name = open.removeFirst();
            String object = names.getOrDefault(name, name);
            Stream<StructureRow> found = Mentions.isQuoted(name)
                    ? quoted.entrySet().stream()
                            .filter(entry -> entry.getValue().hasAll(List.of(name)))
                            .map(Map.Entry::getKey)
                    : users.getOrDefault(name, Set.of()).stream();
            found.flatMap(row -> user(row).stream()).forEach(user -> {
                if (names.putIfAbsent(user, object) == null) {
                    open.add(user);
                }
            });
        }
    }

    /** The name of an object, or of the table that it belongs to. */
    private static Optional<String> user(StructureRow row) {
        return row.table()
                .map(ObjectName::quoted)
                .or(() -> ObjectName.words(row.kind().name(), row.object()).stream()
                        .findFirst());
    }

    /** A drifted object that a statement with these names may run. */
    Optional<String> runBy(Mentions mentions) {
        Stream<String> plain = mentions.words().stream().filter(names::containsKey);
        Stream<String> quoted =
                names.keySet().stream().filter(name -> Mentions.isQuoted(name) && mentions.hasAll(List.of(name)));
        return Stream.concat(plain, quoted).sorted().findFirst().map(names::get);
    }
}
