package dev.tenantmigrator.internal.source;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/** The names that versions can have: those of directories that a log line can show. */
public final class VersionNames {

    /** The rule, as error messages state it. */
    public static final String RULE = "a version is the name of a directory, of at most 255 bytes, without '/', control"
            + " characters or a dot at the beginning; rename the directory";

    /** The limit of file names. The tracking table takes 255 characters, which are at least as many bytes. */
    private static final int MAX_BYTES = 255;

    /**
     * Control characters, ends of lines and paragraphs, unpaired surrogates, and the characters that reverse the order of text (U+202A to
     * U+202E, U+2066 to U+2069). A line of a log with them could show another version than the one it is about.
     */
    private static final String UNPRINTABLE = "\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}\\u202A-\\u202E\\u2066-\\u2069";

    /** Sources ignore hidden directories. */
    private static final Pattern VERSION = Pattern.compile("(?!\\.)[^/" + UNPRINTABLE + "]+");

    private static final Pattern UNPRINTABLE_CHARACTER = Pattern.compile("[" + UNPRINTABLE + "]");

    private VersionNames() {}

    /** Whether a text can be a version. */
    public static boolean isVersion(String text) {
        return VERSION.matcher(text).matches() && text.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
    }

    /** A name for messages, with escapes in place of characters that could forge a line. */
    public static String printable(String name) {
        return UNPRINTABLE_CHARACTER
                .matcher(name)
                .replaceAll(found ->
                        String.format(Locale.ROOT, "\\\\u%04x", found.group().codePointAt(0)));
    }

    /**
     * A name in Unicode's normal form C, for comparison only. Some file systems and tools turn {@code é}, one character, into two, and
     * back.
     */
    public static String normalForm(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFC);
    }
}
