package dev.tenantmigrator.internal.sql.rules;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.template.SchemaName;

/**
 * Refuses statements that create, change or drop the table in the tenant's schema that records its versions. Histories of other
 * tools have a table of their own with this name. Dynamic SQL and changes of rows show at the check of the record.
 */
public final class TrackingTableRules {

    private TrackingTableRules() {}

    /**
     * Checks a script.
     *
     * @param table the name of the table
     * @throws InvalidMigrationException when a statement defines the table
     */
    public static void require(MigrationScript script, String table) {
        for (Statement statement : ScriptReader.read(script)) {
            int token = target(statement, table);
            if (token >= 0) {
                throw new InvalidMigrationException(
                        Sql.identifier(table)
                                + " records the tenant's versions, so no migration may create, change or drop"
                                + " it. If another tool's table of this name is meant, keep the record outside of the tenants"
                                + " (on the command line: --tracking fleet; in code: TrackingStore.fleet()); the table is"
                                + " then an ordinary one",
                        script.location(),
                        statement.line(token));
            }
        }
    }

    /** The token of the table's name; -1 when the statement does not define it. */
    private static int target(Statement statement, String table) {
        StatementCursor cursor = statement.cursor();
        if (cursor.take("CREATE")) {
            return created(statement, cursor, table);
        }
        if (cursor.take("DROP") || cursor.take("TRUNCATE")) {
            boolean relations = cursor.take("MATERIALIZED", "VIEW")
                    || cursor.take("FOREIGN", "TABLE")
                    || cursor.takeAny("TABLE", "VIEW")
                    || statement.startsWith("TRUNCATE");
            cursor.take("IF", "EXISTS");
            return relations ? listed(statement, cursor, table) : -1;
        }
        if (cursor.take("ALTER") && takeRelation(cursor)) {
            cursor.take("IF", "EXISTS");
            cursor.take("ONLY");
            int altered = name(statement, cursor, table);
            if (altered >= 0 || !cursor.take("RENAME", "TO")) {
                return altered;
            }
            return name(statement, cursor, table);
        }
        return -1;
    }

    private static boolean takeRelation(StatementCursor cursor) {
        return cursor.take("MATERIALIZED", "VIEW")
                || cursor.take("FOREIGN", "TABLE")
                || cursor.takeAny("TABLE", "VIEW");
    }

    private static int created(Statement statement, StatementCursor cursor, String table) {
        cursor.take("OR", "REPLACE");
        if (cursor.take("INDEX") || cursor.take("UNIQUE", "INDEX")) {
            boolean found = cursor.skipPast("ON");
            cursor.take("ONLY");
            return found ? name(statement, cursor, table) : -1;
        }
        // A temporary table is in a schema of its own.
        cursor.takeAny("UNLOGGED", "RECURSIVE");
        if (!takeRelation(cursor)) {
            return -1;
        }
        cursor.take("IF", "NOT", "EXISTS");
        return name(statement, cursor, table);
    }

    private static int listed(Statement statement, StatementCursor cursor, String table) {
        do {
            cursor.take("ONLY");
            int found = name(statement, cursor, table);
            if (found >= 0) {
                return found;
            }
        } while (cursor.takeSymbol('*') || cursor.takeSymbol(','));
        return -1;
    }

    /** Takes a name, and returns its token when it is the table's in the tenant's schema. */
    private static int name(Statement statement, StatementCursor cursor, String table) {
        Tokens tokens = statement.tokens();
        int token = cursor.token();
        boolean inTenant = true;
        cursor.skip();
        while (cursor.takeSymbol('.')) {
            inTenant = tokens.isName(token, SchemaName.PUBLIC);
            token = cursor.token();
            cursor.skip();
        }
        return inTenant && tokens.isName(token, table) ? token : -1;
    }
}
