package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import java.util.ArrayList;
import java.util.List;

/** Tells texts that mean the same although they are written in two ways. */
final class SqlText {

    private SqlText() {}

    /** Whether two texts differ at most in the quotes of identifiers, in white space outside of literals, and in comments. */
    static boolean isSame(String one, String other) {
        return one.equals(other) || words(one).equals(words(other));
    }

    /**
     * Whether two default values are the same: {@code CURRENT_TIMESTAMP} is {@code now()}, and a constant is the same with and without
     * quotes and casts to a type, because the column's own type decides.
     */
    static boolean isSameDefault(String one, String other) {
        return isSame(one, other) || defaultWords(one).equals(defaultWords(other));
    }

    private static List<String> words(String sql) {
        List<String> words = new ArrayList<>();
        Tokens tokens = Lexer.lexFragment(sql);
        for (int token = 0; token < tokens.count(); token++) {
            if (tokens.kind(token) == TokenKind.DOLLAR_STRING) {
                words.add("$" + sql.substring(tokens.contentStart(token), tokens.contentEnd(token)));
            } else if (tokens.isSignificant(token)) {
                words.add(tokens.isIdentifier(token) ? tokens.name(token) : tokens.text(token));
            }
        }
        return words;
    }

    private static List<String> defaultWords(String sql) {
        List<String> words = new ArrayList<>(words(sql));
        int cast = words.indexOf("::");
        // A length or scale may change the value.
        if (cast == 1
                && !words.contains("(")
                && isConstant(words.get(0))
                && words.subList(cast + 1, words.size()).stream().allMatch(SqlText::isTypeWord)) {
            words = new ArrayList<>(words.subList(0, cast));
        }
        if (words.size() == 1 && words.get(0).equalsIgnoreCase("current_timestamp")) {
            return List.of("now", "(", ")");
        }
        if (words.size() == 1 && words.get(0).matches("'-?[0-9.]+'")) {
            String number = words.get(0);
            return List.of(number.substring(1, number.length() - 1));
        }
        return words;
    }

    private static boolean isConstant(String word) {
        return word.startsWith("'") || Character.isDigit(word.charAt(0)) || word.equalsIgnoreCase("NULL");
    }

    private static boolean isTypeWord(String word) {
        return word.chars().allMatch(c -> Character.isLetterOrDigit(c) || "_ ,()[].\"".indexOf(c) >= 0);
    }
}
