package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.report.Failure;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads PostgreSQL's errors, without the driver's classes and without the data that an error quotes. */
public final class SqlErrors {

    private static final Set<String> SHUTDOWN = Set.of("57P01", "57P02", "57P03", "57P05");

    private static final Set<String> SESSION_ENDING = Set.of("FATAL", "PANIC");

    private static final String OWN = "tenant-migrator: ";

    /** Separate from the markers of checks: statements with those run beside scripts, which can read them. */
    static final String SHOWN = " (" + UUID.randomUUID() + ")";

    private static final Pattern BLOCK_LINE = Pattern.compile("(?m)^[^\"]*?\\binline_code_block\\D{1,40}(\\d{1,6})\\b");

    /** Matches the first line of the context, the innermost function; not a block, which nobody can look up. */
    private static final Pattern FUNCTION_LINE = Pattern.compile(
            "^PL/pgSQL[^\"\\s]*(?: \\w+)? (?!inline_code_block)(?:(?:\\w+|\"[^\"\\n]+\")\\.)?(\\w+|\"[^\"\\n]+\")\\([^\\n]*?\\)"
                    + " \\D{1,40}?(\\d{1,6})\\b");

    /** Characters that are read of a text of the server: more than any of its own messages has. */
    private static final int LONGEST = 2000;

    static final String CUT = "…";

    /** A message must stay one line of a log or report, whatever a script puts into it. */
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");

    private static final Map<String, String> DETAILS =
            new TreeMap<>(Map.of("Detail", "getDetail", "Hint", "getHint", "Where", "getWhere"));

    private SqlErrors() {}

    /**
     * A message for one of the library's own checks, to be recognized by {@link #says}. It is random, so that no error of a script
     * has it. Each check has its own, because a trigger can read the statement that fires it.
     */
    public static String marker(String text) {
        return OWN + text + " (" + UUID.randomUUID() + ")";
    }

    /** A message for users that a statement of the library raises. It is marked as free of data; no script knows the mark. */
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

    /** The SQLState; empty when there is none. */
    public static String state(SQLException e) {
        String state = root(e).getSQLState();
        return state == null ? "" : state;
    }

    /**
     * Whether a table cannot be altered because deferred checks of its rows have not run yet. The server's routine has one other error,
     * about a cursor that is open; translated, the two cannot be told apart.
     */
    static boolean isPendingCheck(SQLException e) {
        return state(e).equals("55006")
                && serverField(root(e), "getRoutine").equals("CheckTableNotInUse")
                && !serverField(root(e), "getMessage").contains("active queries");
    }

    /** Whether the connection was lost: the last statement or commit may or may not have been done. */
    public static boolean isConnectionLost(SQLException e) {
        String state = state(e);
        return (state.startsWith("08") && !isOfOtherConnection(e)) || SHUTDOWN.contains(state);
    }

    /**
     * Whether the server reports that a connection of its own was lost: to a node of a cluster, by {@code dblink}, or to a foreign
     * server. A statement failed, and the session goes on. 08P01, a violation of the protocol, is also what poolers say when they end
     * a connection; so is any error that ends the session ({@code FATAL}).
     */
    public static boolean isOfOtherConnection(SQLException e) {
        SQLException root = server(e);
        String state = state(e);
        return state.startsWith("08")
                && !state.equals("08P01")
                && !serverField(root, "getMessage").isEmpty()
                && !SESSION_ENDING.contains(serverField(root, "getSeverity"));
    }

    /**
     * The primary message and the hint of an error of the library's own statements, without data: without the detail ("Key
     * (email)=(…) already exists"), the batch's text that the driver prepends, and values quoted from a tenant's rows.
     */
    public static String message(SQLException e) {
        return message(e, "");
    }

    /**
     * Like {@link #message(SQLException)}, for an error of a script.
     *
     * @param script the text that its author wrote, which may be shown
     */
    public static String message(SQLException e, String script) {
        SQLException root = root(e);
        String primary = serverField(root, "getMessage");
        if (primary.isEmpty()) {
            return firstLine(beginning(String.valueOf(root.getMessage())));
        }
        String hint = serverField(root, "getHint");
        String message = DataFreeText.of(root, primary, script);
        String all = hint.isEmpty() ? message : message + " (hint: " + DataFreeText.of(root, hint, script) + ")";
        return CONTROL.matcher(all).replaceAll(" ");
    }

    /** A notice of a script as a line for the log, without data. */
    static String notice(SQLWarning notice, String script) {
        String severity = serverField(notice, "getSeverity");
        return (severity.isEmpty() ? "NOTICE" : severity) + ": " + message(notice, script);
    }

    /** The message of a server that refuses a connection: it names the database and the role and quotes no data. */
    public static String messageOfConnecting(SQLException e) {
        String primary = serverField(root(e), "getMessage");
        return primary.isEmpty() ? message(e) : primary;
    }

    /** Message, detail, hint and context of an error, with the data that they quote; only the beginning of long texts. */
    public static String detail(SQLException e) {
        SQLException root = server(e);
        StringBuilder detail = new StringBuilder(serverField(root, "getMessage"));
        DETAILS.forEach((label, getter) -> {
            String value = serverField(root, getter);
            if (!value.isEmpty()) {
                detail.append('\n').append(label).append(": ").append(value);
            }
        });
        return detail.toString();
    }

    /** The innermost PL/pgSQL function with the error, and the line in it. */
    public static Optional<String> function(SQLException e) {
        Matcher matcher = FUNCTION_LINE.matcher(context(root(e)));
        return matcher.find()
                ? Optional.of("in function " + matcher.group(1) + ", line " + matcher.group(2))
                : Optional.empty();
    }

    /** The name of the PL/pgSQL function that raised an error of its own. */
    static Optional<String> raisedIn(SQLException e) {
        SQLException root = server(e);
        Matcher matcher = FUNCTION_LINE.matcher(context(root));
        return serverField(root, "getRoutine").equals("exec_stmt_raise") && matcher.find()
                ? Optional.of(matcher.group(1).replaceAll("^\"|\"$", ""))
                : Optional.empty();
    }

    /** The words of an error of code that is no tenant's. */
    static String raised(SQLException e) {
        SQLException root = server(e);
        String hint = serverField(root, "getHint");
        String all = serverField(root, "getMessage") + (hint.isEmpty() ? "" : " (hint: " + hint + ")");
        return CONTROL.matcher(all).replaceAll(" ");
    }

    private static SQLException server(SQLException e) {
        return root(e instanceof ScriptFailure failure ? failure.original() : e);
    }

    /** The error's position in the statement, in characters from 1, when PostgreSQL reports one. */
    public static OptionalInt position(SQLException e) {
        String position = serverField(root(e), "getPosition");
        return position.isEmpty() || position.equals("0")
                ? OptionalInt.empty()
                : OptionalInt.of(Integer.parseInt(position));
    }

    /**
     * The error's line in the body of {@code DO}, from 1, when PostgreSQL reports one. The context is translated, except for the
     * name of a block; it lists an inner block before the outer one, so the last match counts.
     */
    public static OptionalInt blockLine(SQLException e) {
        Matcher matcher = BLOCK_LINE.matcher(context(root(e)));
        OptionalInt line = OptionalInt.empty();
        while (matcher.find()) {
            line = OptionalInt.of(Integer.parseInt(matcher.group(1)));
        }
        return line;
    }

    /** A failure with the message and the SQLState of an error of the library's own statements. */
    public static Failure failure(SQLException e) {
        return failure(e, "");
    }

    /** Like {@link #failure(SQLException)}, for an error of a script. */
    static Failure failure(SQLException e, String script) {
        Failure failure = Failure.of(message(e, script));
        return state(e).isEmpty() ? failure : failure.withSqlState(state(e));
    }

    /** A copy for the log and for causes: SQLState and stack trace are equal, the message is without data. */
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
     * The beginning of a field of the driver's {@code ServerErrorMessage}; empty when the exception is not the driver's. A script
     * can make a field as long as memory allows, and the searches in it take several times as much.
     */
    static String serverField(SQLException e, String getter) {
        return beginning(wholeServerField(e, getter));
    }

    private static String beginning(String text) {
        if (text.length() <= LONGEST) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        return text.substring(0, end) + CUT;
    }

    /** The error's context: functions and blocks from the inside out. Only the beginning and the end of a long one. */
    static String context(SQLException e) {
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

    /** Whether an error was raised by the check of the library that has this marker. */
    public static boolean says(SQLException e, String marker) {
        return beginning(String.valueOf(root(e).getMessage()))
                .toLowerCase(Locale.ROOT)
                .contains(marker.toLowerCase(Locale.ROOT));
    }
}
