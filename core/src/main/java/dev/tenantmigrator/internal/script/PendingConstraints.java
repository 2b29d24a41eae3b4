package dev.tenantmigrator.internal.script;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.sql.Sql;
import java.util.Locale;

/**
 * Checks deferred constraints between two migrations of one transaction, like a commit between them would. A table with pending
 * checks cannot be altered (55006).
 */
public final class PendingConstraints {

    /**
     * Goes from the schema to its tables to their constraints by indexes, because the catalogs hold the constraints of the
     * whole fleet.
     */
    private static final String SELECT_NAMES = """
            SELECT pg_catalog.string_agg(pg_catalog.format('%%I.%%I', c.connamespace::regnamespace::name, c.conname), ', ')
              INTO names
              FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_constraint c ON c.conrelid = d.objid
             WHERE d.refclassid = 'pg_catalog.pg_namespace'::regclass AND d.refobjid = pg_catalog.to_regnamespace(%s)
               AND d.classid = 'pg_catalog.pg_class'::regclass AND""";

    private PendingConstraints() {}

    /** Whether constraints of the tenant may be deferred after a script. Errs on the side of true. */
    public static boolean mayBeLeftBy(MigrationScript script) {
        String text = script.text().toLowerCase(Locale.ROOT);
        return text.contains("deferr") || text.contains("constraints");
    }

    /**
     * A statement that runs the pending checks of a tenant. It names each constraint and defers the initially deferred ones again,
     * because {@code SET CONSTRAINTS ALL IMMEDIATE} would also hold for the following scripts (PostgreSQL documentation, "SET
     * CONSTRAINTS").
     */
    public static String checkSql(String schema) {
        return "DO " + Sql.literal("""
                DECLARE names text;
                BEGIN
                    %s c.condeferrable;
                    IF names IS NOT NULL THEN
                        EXECUTE 'SET CONSTRAINTS ' || names || ' IMMEDIATE';
                        %1$s c.condeferred;
                        IF names IS NOT NULL THEN
                            EXECUTE 'SET CONSTRAINTS ' || names || ' DEFERRED';
                        END IF;
                    END IF;
                END""".formatted(SELECT_NAMES.formatted(Sql.literal(Sql.identifier(schema)))));
    }

    /**
     * A statement that fails when a temporary table has deferrable constraints or triggers: such a trigger can queue itself again and
     * write, even in a read-only transaction.
     *
     * @param otherwise the error message
     */
    public static String assertNoneOfTemporaryTablesSql(String otherwise) {
        return """
                SELECT (CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_depend d
                                            JOIN pg_catalog.pg_trigger t ON t.tgrelid = d.objid AND t.tgdeferrable
                                           WHERE d.refclassid = 'pg_catalog.pg_namespace'::regclass
                                             AND d.refobjid = pg_catalog.pg_my_temp_schema()
                                             AND d.classid = 'pg_catalog.pg_class'::regclass)
                        THEN %s ELSE '0' END)::int""".formatted(Sql.literal(otherwise));
    }
}
