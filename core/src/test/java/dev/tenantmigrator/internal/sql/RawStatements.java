package dev.tenantmigrator.internal.sql;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.sql.rules.ScriptReader;
import java.util.List;

/** A script's statements as they stand, for tests that run a file the way psql does. */
public final class RawStatements {

    private RawStatements() {}

    public static List<String> of(MigrationScript file) {
        return ScriptReader.read(file).stream()
                .map(statement -> statement.tokens().source().substring(statement.start(), statement.end()))
                .toList();
    }
}
