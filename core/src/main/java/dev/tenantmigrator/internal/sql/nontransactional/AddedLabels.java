package dev.tenantmigrator.internal.sql.nontransactional;

import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds labels that {@code ALTER TYPE … ADD VALUE} adds, and the statements that use them. PostgreSQL refuses to use a label in the
 * transaction that has added it (55P04). A text is a use if it holds the label as a string: its type is not known here, so a string
 * for another column counts too.
 */
final class AddedLabels {

    /** Functions that read all labels of a type. */
    private static final Pattern ALL_LABELS =
            Pattern.compile("\\benum_(?:range|first|last)\\b", Pattern.CASE_INSENSITIVE);

    private AddedLabels() {}

    /** A label, and the name of its type. */
    record Label(String type, String label) {}

    /** The label that a statement adds, as PostgreSQL stores it. */
    static Optional<Label> addedBy(Statement statement) {
        StatementCursor cursor = statement.cursor();
        if (!cursor.take("ALTER", "TYPE")) {
            return Optional.empty();
        }
        String type = cursor.takeUnqualifiedName();
        if (!cursor.take("ADD", "VALUE")) {
            return Optional.empty();
        }
        cursor.take("IF", "NOT", "EXISTS");
        return cursor.atEnd()
                ? Optional.empty()
                : Optional.of(new Label(type, content(statement.tokens(), cursor.token())));
    }

    /** Whether a statement may use one of these labels. */
    static boolean usedBy(Statement statement, Collection<Label> labels) {
        // ADD VALUE … AFTER and RENAME VALUE look labels up without using them.
        boolean names = statement.startsWith("ALTER", "TYPE")
                || statement.startsWith("CREATE", "TYPE")
                || statement.startsWith("COMMENT");
        if (names || labels.isEmpty()) {
            return false;
        }
        Tokens tokens = statement.tokens();
        boolean bodyIsRead = !statement.createsRoutine() || isSql(statement);
        if (bodyIsRead && readsAll(statement, labels)) {
            return true;
        }
        for (int token = statement.from(); token < statement.to(); token = tokens.next(token)) {
            TokenKind kind = tokens.kind(token);
            boolean string = kind == TokenKind.STRING || kind == TokenKind.DOLLAR_STRING;
            boolean body = string && tokens.isWord(tokens.previous(token), "AS");
            if (string && (bodyIsRead || !body) && holds(tokens, token, labels)) {
                return true;
            }
        }
        return false;
    }

    /** Whether PostgreSQL reads a routine's body when it creates the routine. In other languages only a call reads it. */
    private static boolean isSql(Statement statement) {
        for (StatementCursor cursor = statement.cursor(); !cursor.atEnd(); cursor.skip()) {
            if (cursor.take("LANGUAGE")) {
                return List.of("sql", "'sql'").contains(cursor.takeName());
            }
        }
        return true;
    }

    private static boolean holds(Tokens tokens, int token, Collection<Label> labels) {
        String content = content(tokens, token);
        boolean list = content.startsWith("{") || content.startsWith("(");
        return labels.stream()
                .map(Label::label)
                .anyMatch(label -> content.equals(label)
                        || content.contains("'" + label.replace("'", "''") + "'")
                        || (list && content.contains(label)));
    }

    private static boolean readsAll(Statement statement, Collection<Label> labels) {
        String text = statement.tokens().source().substring(statement.start(), statement.end());
        return ALL_LABELS.matcher(text).find()
                && labels.stream().anyMatch(label -> LostBetweenParts.names(text, label.type));
    }

    private static String content(Tokens tokens, int token) {
        if (tokens.kind(token) == TokenKind.DOLLAR_STRING) {
            return tokens.source().substring(tokens.contentStart(token), tokens.contentEnd(token));
        }
        String text = tokens.text(token);
        return text.substring(text.indexOf('\'') + 1, Math.max(text.indexOf('\'') + 1, text.length() - 1))
                .replace("''", "'");
    }
}
