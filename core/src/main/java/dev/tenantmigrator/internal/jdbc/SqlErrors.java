package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.report.Failure;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what PostgreSQL's errors say, without the driver's classes and without the data in an error's detail. */
public final class SqlErrors {

    private static final Set<String> SHUTDOWN = Set.of("57P01", "57P02", "57P03", "57P05");

    private static final String OWN = "tenant-migrator: ";

    /** Another one, because statements with the first one run beside scripts, which can see them. */
    private static final String SHOWN = " (" + UUID.randomUUID() + ")";

    private static final Pattern BLOCK_LINE = Pattern.compile("(?m)^[^\"]*?\\binline_code_block\\D{1,40}(\\d{1,6})\\b");

    /** In the error's context the innermost comes first; a block is no function that can be looked at. */
    private static final Pattern FUNCTION_LINE = Pattern.compile(
            "^PL/pgSQL[^\"\\s]*(?: \\w+)? (?!inline_code_block)(?:(?:\\w+|\"[^\"\\n]+\")\\.)?(\\w+|\"[^\"\\n]+\")\\([^\\n]*?\\)"
                    + " \\D{1,40}?(\\d{1,6})\\b");

    /** The routines of the server that raise what a script's author wrote. */
    private static final Set<String> WRITTEN_BY_AUTHORS = Set.of("exec_stmt_raise", "exec_stmt_assert");

    /** The same, and errors of other languages. */
    private static final Set<String> AUTHORS_STATES = Set.of("P0001", "P0004", "38", "39");

    /** Memory, disk, connections: about the server alone. */
    private static final String RESOURCES = "53";

    /** Intervention, system errors: about the server, and of a statement that was sent never about a row. */
    private static final Set<String> ABOUT_THE_SERVER = Set.of("57", "58");

    /** Characters of a text of the server's that are read. */
    private static final int LONGEST = 2000;

    private static final String CUT = "…";

    /** A message is one line of a log or report, whatever a script puts into it. */
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");

    private static final List<String> NAMES =
            List.of("getSchema", "getTable", "getColumn", "getDatatype", "getConstraint");

    private static final Map<String, String> DETAILS =
            new TreeMap<>(Map.of("Detail", "getDetail", "Hint", "getHint", "Where", "getWhere"));

    private SqlErrors() {}

    /**
     * A text that only an error made on purpose by one of our own checks can have; see {@link #says}. It is random, because an
     * error of a script can quote a tenant's data; and each has its own, because a trigger can read the statement that fires it.
     */
    public static String marker(String text) {
        return OWN + text + " (" + UUID.randomUUID() + ")";
    }

    /** A text of our own for users, raised by a statement of ours; no script knows what marks it. */
    public static String shown(String text) {
        return text + SHOWN;
    }

    /** The server's own error inside the driver's wrapper for a batch. */
    public static SQLException root(SQLException e) {
        SQLException current = e;
        while (current instanceof BatchUpdateException) {
            if (current.getCause() instanceof SQLException cause && cause != current) {
                current = cause;
            } else if (current.getNextException() != null) {
                current = current.getNextException();
            } else {
                return current;
            }
        }
        return current;
    }

    /** The error's code, empty when there is none. */
    public static String state(SQLException e) {
        String state = root(e).getSQLState();
        return state == null ? "" : state;
    }

    /** Whether the connection is gone: what was sent last may or may not have been done. */
    public static boolean isConnectionLost(SQLException e) {
        String state = state(e);
        return state.startsWith("08") || SHUTDOWN.contains(state);
    }

    /**
     * The primary message and the hint, of an error that is no script's. The detail ("Key (email)=(…) already exists") holds
     * data and stays out; so does the text of the batch that the driver puts in front, and what the message quotes of a
     * tenant's rows.
     */
    public static String message(SQLException e) {
        return message(e, "");
    }

    /**
     * The same of an error of a script.
     *
     * @param script what its author wrote, which may be shown
     */
    public static String message(SQLException e, String script) {
        SQLException root = root(e);
        String primary = serverField(root, "getMessage");
        if (primary.isEmpty()) {
            return firstLine(beginning(String.valueOf(root.getMessage())));
        }
        String hint = serverField(root, "getHint");
        String message = withoutData(root, primary, script);
        String all = hint.isEmpty() ? message : message + " (hint: " + withoutData(root, hint, script) + ")";
        return CONTROL.matcher(all).replaceAll(" ");
    }

    /** A notice of a script, as a line of the log. */
    static String notice(SQLWarning notice, String script) {
        String severity = serverField(notice, "getSeverity");
        return (severity.isEmpty() ? "NOTICE" : severity) + ": " + message(notice, script);
    }

    /** The message of a server that does not let a client in: it names the database and the role, and knows no data. */
    public static String messageOfConnecting(SQLException e) {
        String primary = serverField(root(e), "getMessage");
        return primary.isEmpty() ? message(e) : primary;
    }

    private static String withoutData(SQLException root, String text, String script) {
        if (text.contains(SHOWN)) {
            return text.replace(SHOWN, "");
        }
        String state = state(root);
        boolean authors = WRITTEN_BY_AUTHORS.contains(serverField(root, "getRoutine"))
                || AUTHORS_STATES.stream().anyMatch(state::startsWith);
        if (authors) {
            return new ErrorText(script, List.of()).wordsLeftOut(text);
        }
        // A function or block can have read rows, and put them into a name or a statement.
        boolean inCode = !serverField(root, "getWhere").isEmpty()
                || !serverField(root, "getInternalQuery").isEmpty();
        if (state.startsWith(RESOURCES) || (!inCode && ABOUT_THE_SERVER.stream().anyMatch(state::startsWith))) {
            return text;
        }
        if (!inCode && state.startsWith("42") && position(root).isPresent()) {
            // PostgreSQL read no row yet: it is about the words of the statement that was sent.
            return text;
        }
        List<String> names = NAMES.stream().map(name -> serverField(root, name)).toList();
        // What is quoted may go on behind the end that was cut off.
        return new ErrorText(script, names).dataLeftOut(text.endsWith(CUT) ? text + '"' : text);
    }

    /** All that PostgreSQL said, with the data that it quotes; of long texts the beginning. */
    public static String detail(SQLException e) {
        SQLException root = root(e instanceof ScriptFailure failure ? failure.original() : e);
        StringBuilder detail = new StringBuilder(serverField(root, "getMessage"));
        DETAILS.forEach((label, getter) -> {
            String value = serverField(root, getter);
            if (!value.isEmpty()) {
                detail.append('\n').append(label).append(": ").append(value);
            }
        });
        return detail.toString();
    }

    /** The innermost function in which the error is, and the line in it, as far as PL/pgSQL says so. */
    public static Optional<String> function(SQLException e) {
        Matcher matcher = FUNCTION_LINE.matcher(context(root(e)));
        return matcher.find()
                ? Optional.of("in function " + matcher.group(1) + ", line " + matcher.group(2))
                : Optional.empty();
    }

    /** Where in the statement the error is, in characters from 1, when PostgreSQL says so. */
    public static OptionalInt position(SQLException e) {
        String position = serverField(root(e), "getPosition");
        return position.isEmpty() || position.equals("0")
                ? OptionalInt.empty()
                : OptionalInt.of(Integer.parseInt(position));
    }

    /**
     * The line of the body of {@code DO} on which the error is, from 1, when PostgreSQL says so. A block in the block comes
     * before the outer one in the error's context, and only the name of a block is not translated.
     */
    public static OptionalInt blockLine(SQLException e) {
        Matcher matcher = BLOCK_LINE.matcher(context(root(e)));
        OptionalInt line = OptionalInt.empty();
        while (matcher.find()) {
            line = OptionalInt.of(Integer.parseInt(matcher.group(1)));
        }
        return line;
    }

    /** A failure with the message and the code, of an error that is no script's. */
    public static Failure failure(SQLException e) {
        return failure(e, "");
    }

    /** The same of an error of a script. */
    static Failure failure(SQLException e, String script) {
        Failure failure = Failure.of(message(e, script));
        return state(e).isEmpty() ? failure : failure.withSqlState(state(e));
    }

    /** A copy that can be logged: same code and stack trace, no data. */
    public static SQLException withoutDetail(SQLException e) {
        return withoutDetail(e, "");
    }

    static SQLException withoutDetail(SQLException e, String script) {
        SQLException root = root(e);
        SQLException copy = new SQLException(message(root, script), root.getSQLState(), root.getErrorCode());
        copy.setStackTrace(root.getStackTrace());
        return copy;
    }

    /**
     * A field of the driver's {@code ServerErrorMessage}; empty when the exception is not the driver's. A script can make one as
     * long as memory allows, and what is done with it takes several times as much: only the beginning is.
     */
    private static String serverField(SQLException e, String getter) {
        return beginning(wholeServerField(e, getter));
    }

    private static String beginning(String text) {
        if (text.length() <= LONGEST) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        return text.substring(0, end) + CUT;
    }

    /** Functions and blocks from the inside out: of a long one the beginning and the end. */
    private static String context(SQLException e) {
        String whole = wholeServerField(e, "getWhere");
        return whole.length() <= 2 * LONGEST
                ? whole
                : beginning(whole) + '\n' + whole.substring(whole.length() - LONGEST);
    }

    private static String wholeServerField(SQLException e, String getter) {
        try {
            Object server = e.getClass().getMethod("getServerErrorMessage").invoke(e);
            Object value =
                    server == null ? null : server.getClass().getMethod(getter).invoke(server);
            return value == null ? "" : value.toString();
        } catch (ReflectiveOperationException notTheDriver) {
            return "";
        }
    }

    private static String firstLine(String message) {
        return message.lines()
                .findFirst()
                .orElse("")
                .replaceFirst("^ERROR: ", "")
                .strip();
    }

    /** Whether the error was made on purpose by one of our own checks. */
    public static boolean says(SQLException e, String marker) {
        return beginning(String.valueOf(root(e).getMessage()))
                .toLowerCase(Locale.ROOT)
                .contains(marker.toLowerCase(Locale.ROOT));
    }
}
