package dev.tenantmigrator.internal.jdbc;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Decides which words of an error of the server can be data of a tenant's rows, by the kind of error and its origin. */
final class DataFreeText {

    /** The server's routines that raise a message written by a script's author. */
    private static final Set<String> WRITTEN_BY_AUTHORS = Set.of("exec_stmt_raise", "exec_stmt_assert");

    /** SQLStates, and classes of them, of such messages and of errors in other languages. */
    private static final Set<String> AUTHORS_STATES = Set.of("P0001", "P0004", "38", "39");

    /** A character that an encoding lacks. */
    private static final String UNENCODABLE = "22P05";

    private static final Pattern BYTES = Pattern.compile("0x\\p{XDigit}{2}(?: 0x\\p{XDigit}{2})*");

    private static final Pattern ENCODING = Pattern.compile("\"([A-Z][A-Z0-9_]{2,20})\"");

    /** The class of errors about memory, disk and connections, which quote no row. */
    private static final String RESOURCES = "53";

    /** The classes of intervention and system errors. Outside of functions they quote no row. */
    private static final Set<String> ABOUT_THE_SERVER = Set.of("57", "58");

    /** The routine of Citus that reports a node which does not answer. */
    private static final String ABOUT_NODES = "ReportConnectionError";

    /** Matches the first line of the context, the innermost code, where it runs no text of {@code EXECUTE}. */
    private static final Pattern STATIC = Pattern.compile(
            "^(?:SQL function \"[^\\n]*|PL/pgSQL function [^\\n]* at (?:SQL statement|assignment|IF|PERFORM|RETURN))(?:\\n|$)");

    private static final List<String> NAMES =
            List.of("getSchema", "getTable", "getColumn", "getDatatype", "getConstraint");

    private DataFreeText() {}

    /**
     * A text without data.
     *
     * @param root the server's error
     * @param text its message or hint
     * @param script the text that the author of the script wrote
     */
    static String of(SQLException root, String text, String script) {
        if (text.contains(SqlErrors.SHOWN)) {
            return text.replace(SqlErrors.SHOWN, "");
        }
        String state = SqlErrors.state(root);
        boolean authors = WRITTEN_BY_AUTHORS.contains(SqlErrors.serverField(root, "getRoutine"))
                || AUTHORS_STATES.stream().anyMatch(state::startsWith);
        if (authors) {
            return new ErrorText(script, List.of()).withoutUnknownWords(text);
        }
        if (ABOUT_NODES.equals(SqlErrors.serverField(root, "getRoutine"))) {
            return text;
        }
        if (state.equals(UNENCODABLE)) {
            return ofEncoding(text, script);
        }
        // A function or a block can have put data of rows into a name or a statement.
        boolean inCode = !SqlErrors.serverField(root, "getWhere").isEmpty()
                || !SqlErrors.serverField(root, "getInternalQuery").isEmpty();
        if (state.startsWith(RESOURCES) || (!inCode && ABOUT_THE_SERVER.stream().anyMatch(state::startsWith))) {
            return text;
        }
        if (state.startsWith("42")
                && (inCode ? isStatic(root, script) : SqlErrors.position(root).isPresent())) {
            // PostgreSQL has read no row yet: the error is about the statement's own words and the schema's names.
            return text;
        }
        List<String> names =
                NAMES.stream().map(name -> SqlErrors.serverField(root, name)).toList();
        // A quoted text may continue after the cut.
        return new ErrorText(script, names).withoutData(text.endsWith(SqlErrors.CUT) ? text + '"' : text);
    }

    /** Whether an error is about a statement of code that its author wrote as it stands, not one that was put together. */
    private static boolean isStatic(SQLException root, String script) {
        String query = SqlErrors.serverField(root, "getInternalQuery").strip();
        return !query.isEmpty()
                && !SqlErrors.serverField(root, "getInternalPosition").equals("0")
                && (script.contains(query)
                        || STATIC.matcher(SqlErrors.context(root)).find());
    }

    /** The names of the encodings are no data; the bytes are, unless the script has the character. */
    private static String ofEncoding(String text, String script) {
        Matcher bytes = BYTES.matcher(text);
        if (bytes.find()) {
            byte[] sequence = HexFormat.of().parseHex(bytes.group().replaceAll("0x| ", ""));
            String character = new String(sequence, StandardCharsets.UTF_8);
            if (script.contains(character)) {
                return text + " (the character " + character + ")";
            }
        }
        Stream<String> encodings = ENCODING.matcher(text).results().map(match -> match.group(1));
        return new ErrorText(script, encodings.toList()).withoutData(text);
    }
}
