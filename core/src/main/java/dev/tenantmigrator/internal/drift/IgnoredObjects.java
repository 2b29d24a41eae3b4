package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.Failure;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The objects that a comparison leaves out. */
record IgnoredObjects(List<Pattern> patterns) {

    /** @param patterns as {@link dev.tenantmigrator.DriftOptions#ignoring} takes them */
    static IgnoredObjects of(List<String> patterns) {
        patterns.stream().filter(pattern -> !hasKind(pattern)).findFirst().ifPresent(pattern -> {
            throw new TenantMigratorException(Failure.of("\"" + pattern
                    + "\" names no kind of object, so nothing was compared; a pattern is a kind and a name, and the kinds are "
                    + StructureQuery.KINDS.stream().map(ObjectKind::name).collect(Collectors.joining(", "))));
        });
        return new IgnoredObjects(patterns.stream().map(IgnoredObjects::pattern).toList());
    }

    /** Whether the text before the first wildcard begins with a kind, or may go on as one. */
    private static boolean hasKind(String pattern) {
        String text = pattern.split("[*?]", 2)[0];
        boolean whole = text.equals(pattern);
        return StructureQuery.KINDS.stream()
                .map(kind -> kind.name() + ' ')
                .anyMatch(kind -> text.startsWith(kind) || (!whole && kind.startsWith(text)));
    }

    private static Pattern pattern(String glob) {
        StringBuilder regex = new StringBuilder();
        glob.codePoints()
                .forEach(c -> regex.append(
                        switch (c) {
                            case '*' -> ".*";
                            case '?' -> ".";
                            default -> Pattern.quote(Character.toString(c));
                        }));
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    /** The differences that are not left out. */
    List<Difference> remove(List<Difference> differences) {
        return differences.stream()
                .filter(difference -> !has(difference.kind(), difference.object()))
                .toList();
    }

    /** Whether an object is left out. */
    boolean has(String kind, String object) {
        return patterns.stream()
                .anyMatch(pattern -> pattern.matcher(kind + ' ' + object).matches());
    }
}
