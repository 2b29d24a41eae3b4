package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.Identifiers;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds statements that may read all labels of an enum, and so would see a reserved one. A function or view that reads labels
 * does so only where a later statement names it.
 */
final class LabelReaders {

    private static final Pattern READS = Pattern.compile("\\b(?:enum_range|enum_first|enum_last|pg_enum)\\b");

    /** Conditions on one known label. No reserved label meets them, and a label is known only in its final spelling. */
    private static final Pattern ASKS_FOR_ONE = Pattern.compile("enumlabel(?:::\\w+)?\\s*=\\s*'"
            + "|enumlabel(?:::\\w+)?\\s+in\\s*\\(\\s*'"
            + "|'(?:::\\w+)?\\s*=\\s*(?:\\w+\\.)?enumlabel\\b"
            + "|'(?:::\\w+)?\\s*(?:=|<>|!=)\\s*(?:any|all|some)\\s*\\("
            + "|'(?:::\\w+)?\\s+(?:not\\s+)?in\\s*\\(\\s*select\\s+(?:\\w+\\.)?enumlabel\\b");

    /** Words with which such a condition may be true of other labels. */
    private static final Pattern UNCERTAIN = Pattern.compile("\\bor\\b|\\bnot\\s+(?:\\w+\\.)?enumlabel\\b");

    /** A call that names its type, the tenant's own. */
    private static final Pattern READS_ONE_TYPE =
            Pattern.compile("\\benum_(?:range|first|last)\\s*\\(\\s*null\\s*::\\s*"
                    + "(?:\"?public\"?\\s*\\.\\s*)?(?:\"([^\"]+)\"|(\\w+))\\s*\\)");

    private final List<Named> named = new ArrayList<>();

    /** A function or view that reads labels. */
    private record Named(Pattern name, Reading reading) {}

    /**
     * The enums whose labels a statement may read when it runs.
     *
     * @param any whether it may read those of any enum
     * @param types the folded names of those it reads otherwise
     */
    record Reading(boolean any, Set<String> types) {

        static final Reading NONE = new Reading(false, Set.of());

        Reading and(Reading other) {
            Set<String> both = new TreeSet<>(types);
            both.addAll(other.types);
            return new Reading(any || other.any, both);
        }

        private boolean isNone() {
            return !any && types.isEmpty();
        }

        boolean covers(String type) {
            return any || types.contains(Identifiers.fold(type));
        }

        /** The reading, where these are the known enums: dynamic SQL may have given another name to any of them. */
        Reading of(Set<String> known) {
            Set<String> names = known.stream().map(Identifiers::fold).collect(Collectors.toSet());
            return new Reading(any || !names.containsAll(types), types);
        }
    }

    /** Whether the text of a script must be read for readers. */
    boolean mayBeIn(String foldedText) {
        return foldedText.contains("enum") || !namedIn(foldedText).isNone();
    }

    /** The enums whose labels a statement may read when it runs. */
    Reading read(Statement statement) {
        String code = Identifiers.fold(statement.tokens().source().substring(statement.start(), statement.end()));
        Reading reading = namedIn(code).and(readIn(code));
        if (!reading.isNone()) {
            String name = definedBy(statement);
            if (!name.isEmpty()) {
                Pattern pattern = Pattern.compile("(?<![\\w$])" + Pattern.quote(Identifiers.fold(name)) + "(?![\\w$])");
                named.add(new Named(pattern, reading));
                return Reading.NONE;
            }
        }
        return reading;
    }

    /** Follows a type to its new name: a view still reads its labels. */
    void rename(String type, String to) {
        named.replaceAll(reader -> reader.reading.types.contains(Identifiers.fold(type))
                ? new Named(reader.name, reader.reading.and(new Reading(false, Set.of(Identifiers.fold(to)))))
                : reader);
    }

    /** Whether a statement leaves nothing behind that reads labels again, so that only the enums of now matter. */
    static boolean runsOnce(Statement statement) {
        StatementCursor cursor = statement.cursor();
        if (cursor.take("CREATE", "TABLE")) {
            cursor.take("IF", "NOT", "EXISTS");
            cursor.takeUnqualifiedName();
            return cursor.take("AS");
        }
        if (cursor.take("DO")) {
            String code = statement.tokens().source().substring(statement.start(), statement.end());
            return !Identifiers.fold(code).contains("create");
        }
        return cursor.takeAny("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES");
    }

    private static Reading readIn(String code) {
        long reads = READS.matcher(code).results().count();
        Set<String> types = READS_ONE_TYPE
                .matcher(code)
                .results()
                .map(call -> call.group(1) == null ? call.group(2) : call.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        long known = READS_ONE_TYPE.matcher(code).results().count();
        long asked = ASKS_FOR_ONE.matcher(code).results().count();
        boolean any = reads > known + asked
                || (reads > known && UNCERTAIN.matcher(code).find());
        return new Reading(any, types);
    }

    private Reading namedIn(String code) {
        return named.stream()
                .filter(reader -> reader.name.matcher(code).find())
                .map(Named::reading)
                .reduce(Reading.NONE, Reading::and);
    }

    /** The routine or view that a statement creates, without running its code; empty when it is another statement. */
    private static String definedBy(Statement statement) {
        StatementCursor cursor = statement.cursor();
        if (!cursor.take("CREATE")) {
            return "";
        }
        cursor.take("OR", "REPLACE");
        return cursor.takeAny("FUNCTION", "PROCEDURE", "VIEW") ? cursor.takeUnqualifiedName() : "";
    }
}
