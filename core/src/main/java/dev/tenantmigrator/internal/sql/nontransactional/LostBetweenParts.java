package dev.tenantmigrator.internal.sql.nontransactional;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.sql.lex.Identifiers;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.nontransactional.ScriptParts.Part;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Refuses a script in parts whose later part needs something that ends with an earlier part: a temporary table, or a setting made by
 * {@code set_config}. A run that continues after a crash has another session.
 */
final class LostBetweenParts {

    /** The search path aside, which the library sets for each part. */
    private static final Pattern SETTING = Pattern.compile("\\bset_config\\s*\\((?!\\s*'+search_path')");

    private LostBetweenParts() {}

    static void refuse(MigrationScript script, List<Part> parts) {
        for (int i = 0; i < parts.size() - 1; i++) {
            for (Statement statement : parts.get(i).statements()) {
                List<Part> later = parts.subList(i + 1, parts.size());
                temporary(statement)
                        .flatMap(name -> firstWith(name, later))
                        .ifPresent(use -> refuse(
                                script,
                                statement,
                                "this file runs in parts, because it cannot run in one transaction. The temporary object"
                                        + " ends with its part, and line " + use.line()
                                        + " needs it in a later one; create it as an ordinary table and drop it there,"
                                        + " or divide the file"));
                if (!statement.createsRoutine()
                        && SETTING.matcher(text(statement)).find()) {
                    refuse(
                            script,
                            statement,
                            "this file runs in parts, because it cannot run in one transaction. A setting made by"
                                    + " set_config ends with its part; write SET, which holds for the later parts too, or"
                                    + " divide the file");
                }
            }
        }
    }

    private static void refuse(MigrationScript script, Statement statement, String message) {
        throw new InvalidMigrationException(message, script.location(), statement.line());
    }

    /** The name of a temporary object that a statement creates, by a keyword or in the schema of temporary objects. */
    private static Optional<String> temporary(Statement statement) {
        StatementCursor cursor = statement.cursor();
        boolean creates = cursor.take("CREATE");
        if (creates) {
            cursor.take("OR", "REPLACE");
        } else if (!statement.startsWith("SELECT") || !cursor.skipPast("INTO")) {
            return Optional.empty();
        }
        cursor.takeAny("LOCAL", "GLOBAL");
        if (!cursor.takeAny("TEMP", "TEMPORARY")) {
            return inTemporarySchema(statement.tokens(), cursor);
        }
        cursor.take("RECURSIVE");
        cursor.takeAny("TABLE", "VIEW", "SEQUENCE");
        cursor.take("IF", "NOT", "EXISTS");
        return Optional.of(cursor.takeUnqualifiedName());
    }

    /** Looks as far as the name of the new object reaches: a list or a definition follows, or the table of an index. */
    private static Optional<String> inTemporarySchema(Tokens tokens, StatementCursor cursor) {
        while (!cursor.atEnd() && !tokens.isSymbol(cursor.token(), '(') && !cursor.takeAny("AS", "ON")) {
            String name = cursor.takeName();
            if ((name.equals("pg_temp") || name.startsWith("pg_temp_")) && cursor.takeSymbol('.')) {
                return Optional.of(cursor.takeName());
            }
        }
        return Optional.empty();
    }

    private static Optional<Statement> firstWith(String name, List<Part> parts) {
        return parts.stream()
                .flatMap(part -> part.statements().stream())
                .filter(statement -> names(text(statement), name))
                .findFirst();
    }

    /** Whether a text has a name as a word of its own, in any spelling. */
    static boolean names(String text, String name) {
        String word = "(?<![\\w$])" + Pattern.quote(Identifiers.fold(name)) + "(?![\\w$])";
        return Pattern.compile(word).matcher(Identifiers.fold(text)).find();
    }

    private static String text(Statement statement) {
        return Identifiers.fold(statement.tokens().source().substring(statement.start(), statement.end()));
    }
}
