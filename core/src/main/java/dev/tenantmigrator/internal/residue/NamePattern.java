package dev.tenantmigrator.internal.residue;

import dev.tenantmigrator.internal.sql.ReservedSchemas;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Regular expressions of PostgreSQL that find a schema's name, whatever its case.
 *
 * @param words finds the name in text
 * @param tree finds the name in a {@code pg_node_tree}, which shows constants as the decimal bytes of their values
 * @param data finds the name in rows as text, which shows {@code bytea} in hexadecimal
 */
record NamePattern(String words, String tree, String data) {

    /** Every spare's name begins with it. */
    static final String SPARE = ReservedSchemas.SPARE_PREFIX.substring(0, ReservedSchemas.SPARE_PREFIX.length() - 1);

    /** A constant that is kept by reference. Numbers are kept by value. */
    private static final String CONSTANT = "constbyval false :constisnull false :location -?\\d+ :constvalue \\d+ \\[ ";

    private static final String ANY_BYTES = "([-\\d]+ )*";

    /** The letter of an escape as {@code \n} is no part of the word. Without lookbehind, which is slow. */
    private static final String BEFORE_WORD = "(?:^|[^[:alnum:]]|\\\\[a-z])";

    private static final String AFTER_WORD = "(?:[^[:alnum:]]|$)";

    /** A byte that is no ASCII letter or digit. */
    private static final String NO_WORD_BYTE =
            "(?:-\\d+|\\d|[1-3]\\d|4[0-7]|5[89]|6[0-4]|9[1-6]|12[3-9]|1[3-9]\\d|2\\d\\d) ";

    /**
     * Finds the name anywhere. The parts of a spare's name are found alone too: code may have taken the name apart, and PostgreSQL
     * cuts a long name that ends with it.
     */
    static NamePattern anywhere(String schema) {
        List<String> parts = schema.startsWith(SPARE + '_') && schema.length() > SPARE.length() + 1
                ? List.of(SPARE, schema.substring(SPARE.length() + 1))
                : List.of(schema);
        String words = any(parts, NamePattern::text);
        return of(
                words,
                ANY_BYTES + '(' + any(parts, NamePattern::bytes) + ')',
                words + '|' + any(parts, NamePattern::hex),
                schema);
    }

    /**
     * Finds the name where no letter or digit stands beside it, except as a part of the new name: {@code shop} in {@code
     * shop_orders}, but not in {@code workshop}.
     */
    static NamePattern word(String schema, String newSchema) {
        String words = whole(schema, newSchema, NamePattern::text, BEFORE_WORD, AFTER_WORD);
        String bytes = whole(
                schema,
                newSchema,
                NamePattern::bytes,
                "(?:" + ANY_BYTES + NO_WORD_BYTE + ")?",
                "(?:" + NO_WORD_BYTE + "|\\])");
        return of(words, bytes, words, schema);
    }

    private static NamePattern of(String words, String bytes, String data, String schema) {
        String constants = CONSTANT + "(?:" + bytes + ')';
        // A tree is full of numbers, and aliases are the only words that somebody chose.
        boolean number = schema.chars().allMatch(Character::isDigit);
        return new NamePattern(words, number ? constants : constants + '|' + words, data);
    }

    private static String whole(
            String schema, String newSchema, Function<String, String> written, String before, String after) {
        String name = written.apply(schema);
        int at = newSchema.indexOf(schema);
        if (at < 0 || newSchema.equals(schema)) {
            return before + name + after;
        }
        String head = newSchema.substring(0, at);
        String tail = newSchema.substring(at + schema.length());
        String notAfterHead = head.isEmpty() ? "" : before + "(?<!" + written.apply(head) + ')' + name + after;
        String notBeforeTail = tail.isEmpty() ? "" : before + name + "(?!" + written.apply(tail) + ')' + after;
        return notAfterHead + (head.isEmpty() || tail.isEmpty() ? "" : "|") + notBeforeTail;
    }

    private static String any(List<String> parts, Function<String, String> written) {
        return parts.stream().map(written).collect(Collectors.joining("|"));
    }

    /** Quotes may be doubled, and backslashes stand before characters in arrays, rows and trees. */
    private static String text(String name) {
        return name.codePoints()
                .mapToObj(c -> isPunctuation(c) ? "(?:\\\\*\\" + (char) c + ")+" : Character.toString(c))
                .collect(Collectors.joining());
    }

    private static String bytes(String name) {
        StringBuilder pattern = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            if (Character.isLetter(b)) {
                pattern.append('(').append(b).append('|').append(b ^ 0x20).append(") ");
            } else if (b < 0) {
                // PostgreSQL prints a char, which is unsigned on some machines.
                pattern.append('(').append(b).append('|').append(b & 0xff).append(") ");
            } else {
                pattern.append('(').append(b).append(isPunctuation(b) ? " )+" : " )");
            }
        }
        return pattern.toString();
    }

    private static String hex(String name) {
        StringBuilder pattern = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            pattern.append(
                    Character.isLetter(b)
                            ? String.format(Locale.ROOT, "(?:%02x|%02x)", b, b ^ 0x20)
                            : String.format(Locale.ROOT, "%02x", b));
        }
        return pattern.toString();
    }

    private static boolean isPunctuation(int c) {
        return c >= ' ' && c < 127 && c != '_' && !Character.isLetterOrDigit(c);
    }
}
