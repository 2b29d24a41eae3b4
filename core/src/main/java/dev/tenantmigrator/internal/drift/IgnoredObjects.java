package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.report.Difference;
import java.util.List;
import java.util.regex.Pattern;

/** The objects that a comparison leaves out. */
record IgnoredObjects(List<Pattern> patterns) {

    /** @param patterns as {@link dev.tenantmigrator.DriftOptions#ignoring} takes them */
    static IgnoredObjects of(List<String> patterns) {
        return new IgnoredObjects(patterns.stream().map(IgnoredObjects::pattern).toList());
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
                .filter(difference -> patterns.stream()
                        .noneMatch(pattern -> pattern.matcher(difference.kind() + ' ' + difference.object())
                                .matches()))
                .toList();
    }
}
