package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.report.Difference.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Grants missing privileges and revokes those that are too much. Privileges are text as {@link ObjectKind#grants} has it. */
final class Privileges {

    private static final String OWNER = "owner";

    private final String prefix;
    private final String column;
    private final String target;
    private final String owner;

    /**
     * For one object.
     *
     * @param prefix stands before GRANT and REVOKE, e.g. {@code ALTER DEFAULT PRIVILEGES …}
     * @param column the column with brackets; empty for the whole object
     * @param target the object with its kind
     * @param owner the role that privileges call the owner; whoever runs the statements, where it is not known
     */
    Privileges(String prefix, String column, String target, Optional<String> owner) {
        this.prefix = prefix;
        this.column = column;
        this.target = target;
        this.owner = owner.orElse("CURRENT_USER");
    }

    /** For an object of the tenant, or a column of its tables. */
    static Privileges of(StructureRow row) {
        String column = row.kind() == TablePartKinds.COLUMN ? " (" + ObjectName.part(row) + ")" : "";
        return new Privileges("", column, ObjectName.ofGrant(row), row.owner());
    }

    /**
     * After an object was made: its owner has all, PUBLIC may use types and routines, and the schema's default privileges were granted.
     *
     * @param defaults the rows of default privileges, of which those of the owner count
     */
    List<Statement> create(StructureRow row, List<StructureRow> defaults) {
        Optional<String> wanted = row.get(ObjectKind.PRIVILEGES);
        if (wanted.isEmpty()) {
            return List.of();
        }
        String present = switch (row.kind().name()) {
            case "function", "procedure", "aggregate" -> "PUBLIC=EXECUTE";
            case "enum", "domain", "composite type", "range type", "base type" -> "PUBLIC=USAGE";
            default -> "";
        };
        Map<String, Set<String>> expected = parse(wanted);
        expected.remove(OWNER);
        List<Statement> statements = new ArrayList<>();
        if (row.kind() != TablePartKinds.COLUMN) {
            statements.addAll(tooMuch(expected, byDefault(row, defaults)));
        }
        statements.addAll(change(expected, parse(Optional.of(present))));
        return statements;
    }

    private static Map<String, Set<String>> byDefault(StructureRow row, List<StructureRow> defaults) {
        String kind = switch (row.kind().name()) {
            case "sequence" -> "SEQUENCES";
            case "table", "view", "materialized view" -> "TABLES";
            case "function", "procedure", "aggregate" -> "FUNCTIONS";
            default -> "TYPES";
        };
        Map<String, Set<String>> granted = new TreeMap<>();
        defaults.stream()
                .filter(other -> other.object().equals("of owner for " + kind))
                .forEach(other -> parse(other.get(ObjectKind.PRIVILEGES))
                        .forEach((grantee, privileges) -> granted.computeIfAbsent(grantee, absent -> new TreeSet<>())
                                .addAll(privileges)));
        granted.remove(OWNER);
        return granted;
    }

    /** Only what has to be revoked: privileges by default may be others when the statements run. */
    private List<Statement> tooMuch(Map<String, Set<String>> expected, Map<String, Set<String>> granted) {
        return change(expected, granted).stream().filter(Statement::destructive).toList();
    }

    /** Brings privileges to the expected ones. */
    List<Statement> change(Optional<String> expected, Optional<String> actual) {
        return change(parse(expected), parse(actual));
    }

    private List<Statement> change(Map<String, Set<String>> expected, Map<String, Set<String>> actual) {
        List<Statement> statements = new ArrayList<>();
        actual.forEach((grantee, present) -> {
            Set<String> wanted = expected.getOrDefault(grantee, Set.of());
            Set<String> tooMuch = new TreeSet<>();
            Set<String> optionTooMuch = new TreeSet<>();
            for (String privilege : present) {
                if (!has(wanted, bare(privilege))) {
                    tooMuch.add(bare(privilege));
                } else if (privilege.endsWith("*") && !wanted.contains(privilege)) {
                    optionTooMuch.add(bare(privilege));
                }
            }
            add(statements, "REVOKE ", tooMuch, " FROM " + role(grantee), true);
            add(statements, "REVOKE GRANT OPTION FOR ", optionTooMuch, " FROM " + role(grantee), true);
        });
        expected.forEach((grantee, wanted) -> {
            Set<String> present = actual.getOrDefault(grantee, Set.of());
            Set<String> missing = new TreeSet<>();
            Set<String> optionMissing = new TreeSet<>();
            for (String privilege : wanted) {
                if (privilege.endsWith("*") && !present.contains(privilege)) {
                    optionMissing.add(bare(privilege));
                } else if (!has(present, privilege) && !present.contains(privilege)) {
                    missing.add(privilege);
                }
            }
            add(statements, "GRANT ", missing, " TO " + role(grantee), false);
            add(statements, "GRANT ", optionMissing, " TO " + role(grantee) + " WITH GRANT OPTION", false);
        });
        return statements;
    }

    private void add(List<Statement> statements, String verb, Set<String> privileges, String rest, boolean revoked) {
        if (!privileges.isEmpty()) {
            String list =
                    privileges.stream().map(privilege -> privilege + column).collect(Collectors.joining(", "));
            statements.add(new Statement(prefix + verb + list + " ON " + target + rest, revoked));
        }
    }

    private static boolean has(Set<String> privileges, String privilege) {
        return privileges.contains(privilege) || privileges.contains(bare(privilege) + "*");
    }

    private static String bare(String privilege) {
        return privilege.endsWith("*") ? privilege.substring(0, privilege.length() - 1) : privilege;
    }

    private String role(String grantee) {
        return grantee.equals(OWNER) ? owner : grantee;
    }

    /** Whether privileges include others, as single privileges of a grantee. */
    static boolean includes(Optional<String> privileges, Optional<String> others) {
        Map<String, Set<String>> found = parse(privileges);
        return parse(others).entrySet().stream()
                .allMatch(entry -> found.getOrDefault(entry.getKey(), Set.of()).containsAll(entry.getValue()));
    }

    private static Map<String, Set<String>> parse(Optional<String> text) {
        Map<String, Set<String>> privileges = new TreeMap<>();
        SqlParts.named(text, "; ", "=")
                .forEach((grantee, list) -> privileges.put(grantee, new TreeSet<>(SqlParts.split(list, ","))));
        return privileges;
    }
}
