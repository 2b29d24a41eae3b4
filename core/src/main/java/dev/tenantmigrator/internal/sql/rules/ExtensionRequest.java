package dev.tenantmigrator.internal.sql.rules;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import java.util.List;
import java.util.Optional;

/**
 * An extension that must exist before scripts run.
 *
 * @param name the name as PostgreSQL stores it
 * @param schema the schema that a script asks for
 * @param version the version that a script asks for; an installed extension of another version stays as it is
 */
public record ExtensionRequest(String name, Optional<String> schema, Optional<String> version) {

    /** An extension in any version and any schema. */
    public static ExtensionRequest of(String name) {
        return new ExtensionRequest(name, Optional.empty(), Optional.empty());
    }

    /**
     * The extensions that a script creates, in order. The script itself does not create them.
     *
     * @throws InvalidMigrationException when the script cannot be read to its end
     */
    public static List<ExtensionRequest> in(MigrationScript script) {
        return ScriptReader.read(script).stream()
                .map(ExtensionRequest::of)
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<ExtensionRequest> of(Statement statement) {
        StatementCursor cursor = statement.cursor();
        if (!cursor.take("CREATE", "EXTENSION")) {
            return Optional.empty();
        }
        cursor.take("IF", "NOT", "EXISTS");
        String name = cursor.takeName();
        if (name.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> schema = Optional.empty();
        Optional<String> version = Optional.empty();
        while (!cursor.atEnd()) {
            if (cursor.take("SCHEMA")) {
                schema = Optional.of(cursor.takeName());
            } else if (cursor.take("VERSION")) {
                version = Optional.of(withoutQuotes(cursor.takeName()));
            } else {
                cursor.skip();
            }
        }
        return Optional.of(new ExtensionRequest(name, schema, version));
    }

    /** PostgreSQL takes a version as an identifier or a string. */
    private static String withoutQuotes(String version) {
        return version.startsWith("'") ? version.substring(1, version.length() - 1) : version;
    }
}
