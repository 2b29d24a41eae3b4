package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.Identifiers;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    private final List<Pattern> names = new ArrayList<>();

    /** Whether the text of a script must be read for readers. */
    boolean mayBeIn(String foldedText) {
        return foldedText.contains("enum") || isNamed(foldedText);
    }

    /** Whether a statement may read labels when it runs. */
    boolean reads(Statement statement) {
        String code = Identifiers.fold(statement.tokens().source().substring(statement.start(), statement.end()));
        boolean reads = isNamed(code) || readsAll(code);
        if (reads) {
            String name = definedBy(statement);
            if (!name.isEmpty()) {
                names.add(Pattern.compile("(?<![\\w$])" + Pattern.quote(Identifiers.fold(name)) + "(?![\\w$])"));
                return false;
            }
        }
        return reads;
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

    private static boolean readsAll(String code) {
        long reads = count(READS.matcher(code));
        return reads > 0
                && (reads > count(ASKS_FOR_ONE.matcher(code))
                        || UNCERTAIN.matcher(code).find());
    }

    private static long count(Matcher matcher) {
        return matcher.results().count();
    }

    private boolean isNamed(String code) {
        return names.stream().anyMatch(name -> name.matcher(code).find());
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
