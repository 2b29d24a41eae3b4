package dev.tenantmigrator.internal.backfill;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Tokens;
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
public final class SchemaReplacement {

    private final String scratch;
    private final String tenant;
    private final String identifier;
    private final Pattern inString;

    /** Puts a tenant in the place of a scratch schema. */
    public SchemaReplacement(String scratch, String tenant) {
        if (!scratch.matches("[a-z_][a-z0-9_]*")) {
            throw new IllegalArgumentException("not a name for a scratch schema: " + scratch);
        }
        this.scratch = scratch;
        this.tenant = tenant;
        this.identifier = Sql.identifier(tenant);
        this.inString = Pattern.compile("\"" + scratch + "\"|" + scratch + "(\\.)?");
    }

    /** Returns the definition for the tenant. */
    public String apply(String sql) {
        if (!sql.contains(scratch)) {
            return sql;
        }
        StringBuilder result = new StringBuilder(sql.length() + 64);
        Tokens tokens = Lexer.lexFragment(sql);
        for (int token = 0; token < tokens.count(); token++) {
            result.append(replaced(tokens, token));
        }
        return result.toString();
    }

    private String replaced(Tokens tokens, int token) {
        return switch (tokens.kind(token)) {
            case WORD, QUOTED_IDENTIFIER -> tokens.isName(token, scratch) ? identifier : tokens.text(token);
            case STRING -> string(tokens.text(token));
            case DOLLAR_STRING -> dollarQuoted(tokens, token);
            case SYMBOL, PSQL_COMMAND -> unread(tokens.text(token));
            default -> tokens.text(token);
        };
    }

    /** Text up to the end or the line's end that is not SQL, in the body of a function in another language. */
    private String unread(String text) {
        return text.startsWith("/*") ? text : string(text);
    }

    /** A function's body is read as SQL; names look alike in most other languages. */
    private String dollarQuoted(Tokens tokens, int token) {
        String sql = tokens.source();
        String delimiter = sql.substring(tokens.start(token), tokens.contentStart(token));
        String replaced = apply(sql.substring(tokens.contentStart(token), tokens.contentEnd(token)));
        if (replaced.contains(delimiter)) {
            throw refused("it holds " + delimiter + ", which would end the function's body");
        }
        return delimiter + replaced + delimiter;
    }

    private String string(String string) {
        Matcher matcher = inString.matcher(string);
        if (!matcher.find()) {
            return string;
        }
        int quote = string.indexOf('\'');
        boolean withEscapes = quote > 0 && "EeUu".indexOf(string.charAt(0)) >= 0;
        boolean stringsInside = string.substring(quote + 1, string.length() - 1).contains("'");
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

    private TenantMigratorException refused(String reason) {
        return new TenantMigratorException(Failure.of("the tenant's name cannot be put into a definition: " + reason)
                .inTenant(tenant));
    }
}
