package dev.tenantmigrator.internal.backfill;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Failure;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces the scratch schema's name in a definition by the tenant's. The scratch name occurs nowhere else, so only the kind of
 * text around it matters:
 *
 * <ul>
 *   <li>An identifier becomes the tenant's quoted name.
 *   <li>In a string, {@code scratch.} and {@code "scratch"} are text that will be read as SQL ({@code nextval('scratch.ids')}), and
 *       become the tenant's quoted name too.
 *   <li>Elsewhere in a string the name is a value ({@code schemaname = 'scratch'}), and becomes the tenant's name without quotes.
 *   <li>In a comment the name stays.
 * </ul>
 */
final class SchemaReplacement {

    private final String scratch;
    private final String tenant;
    private final String identifier;
    private final Pattern inString;

    SchemaReplacement(String scratch, String tenant) {
        if (!scratch.matches("[a-z_][a-z0-9_]*")) {
            throw new IllegalArgumentException("not a name for a scratch schema: " + scratch);
        }
        this.scratch = scratch;
        this.tenant = tenant;
        this.identifier = Sql.identifier(tenant);
        this.inString = Pattern.compile("\"" + scratch + "\"|" + scratch + "(\\.)?");
    }

    /** Returns the definition for the tenant. */
    String apply(String sql) {
        if (!sql.contains(scratch)) {
            return sql;
        }
        StringBuilder result = new StringBuilder(sql.length() + 64);
        int position = 0;
        while (position < sql.length()) {
            int end = endOfToken(sql, position);
            result.append(token(sql.substring(position, end)));
            position = end;
        }
        return result.toString();
    }

    private String token(String token) {
        if (token.equals(scratch) || token.equals('"' + scratch + '"')) {
            return identifier;
        }
        char first = token.charAt(0);
        if (first == '\'' || (first == 'E' && token.endsWith("'"))) {
            return string(token, first == 'E');
        }
        return first == '$' && token.length() > 1 ? dollarQuoted(token) : token;
    }

    /** A function's body is read as SQL; names look alike in most other languages. */
    private String dollarQuoted(String quoted) {
        String delimiter = quoted.substring(0, endOfDollarDelimiter(quoted, 0));
        String replaced = apply(quoted.substring(delimiter.length(), quoted.length() - delimiter.length()));
        if (replaced.contains(delimiter)) {
            throw refused("it holds " + delimiter + ", which would end the function's body");
        }
        return delimiter + replaced + delimiter;
    }

    private String string(String string, boolean withEscapes) {
        Matcher matcher = inString.matcher(string);
        if (!matcher.find()) {
            return string;
        }
        boolean stringsInside =
                string.substring(withEscapes ? 2 : 1, string.length() - 1).contains("'");
        if (stringsInside && tenant.indexOf('\'') >= 0) {
            throw refused("it holds ' and would come into a string with strings inside: " + string);
        }
        return matcher.replaceAll(found -> {
            boolean value = found.group().equals(scratch);
            String name = (value ? tenant : identifier).replace("'", "''");
            String dot = found.group(1) == null ? "" : ".";
            return Matcher.quoteReplacement((withEscapes ? name.replace("\\", "\\\\") : name) + dot);
        });
    }

    /** The end of the token that begins at a position (PostgreSQL documentation, "Lexical Structure"). */
    private static int endOfToken(String sql, int start) {
        char first = sql.charAt(start);
        if (first == '\'' || first == '"') {
            return endOfQuoted(sql, start, false);
        }
        if (first == 'E' && sql.startsWith("'", start + 1)) {
            return endOfQuoted(sql, start + 1, true);
        }
        if (sql.startsWith("--", start)) {
            int lineFeed = sql.indexOf('\n', start);
            return lineFeed < 0 ? sql.length() : lineFeed;
        }
        if (sql.startsWith("/*", start)) {
            return endOfBlockComment(sql, start);
        }
        if (first == '$') {
            int body = endOfDollarDelimiter(sql, start);
            int end = body < 0 ? -1 : sql.indexOf(sql.substring(start, body), body);
            return end < 0 ? start + 1 : end + body - start;
        }
        int end = start + 1;
        while (isWordPart(first) && end < sql.length() && isWordPart(sql.charAt(end))) {
            end++;
        }
        return end;
    }

    private static int endOfQuoted(String sql, int start, boolean withEscapes) {
        char quote = sql.charAt(start);
        for (int i = start + 1; i < sql.length(); i++) {
            if (withEscapes && sql.charAt(i) == '\\') {
                i++;
            } else if (sql.charAt(i) == quote) {
                if (i + 1 == sql.length() || sql.charAt(i + 1) != quote) {
                    return i + 1;
                }
                i++;
            }
        }
        return sql.length();
    }

    /** Block comments nest. */
    private static int endOfBlockComment(String sql, int start) {
        int depth = 0;
        for (int i = start; i < sql.length(); i++) {
            if (sql.startsWith("/*", i)) {
                depth++;
                i++;
            } else if (sql.startsWith("*/", i)) {
                depth--;
                i++;
                if (depth == 0) {
                    return i + 1;
                }
            }
        }
        return sql.length();
    }

    /** The end of the delimiter that begins at a position; -1 if none begins there. */
    private static int endOfDollarDelimiter(String sql, int start) {
        int end = start + 1;
        while (end < sql.length() && sql.charAt(end) != '$' && isWordPart(sql.charAt(end))) {
            end++;
        }
        boolean parameter = end > start + 1 && Character.isDigit(sql.charAt(start + 1));
        return end < sql.length() && sql.charAt(end) == '$' && !parameter ? end + 1 : -1;
    }

    private static boolean isWordPart(char c) {
        return c == '_' || c == '$' || c >= 0x80 || Character.isLetterOrDigit(c);
    }

    private TenantMigratorException refused(String reason) {
        return new TenantMigratorException(Failure.of("the tenant's name cannot be put into a definition: " + reason)
                .inTenant(tenant));
    }
}
