package dev.tenantmigrator.internal.run;

import dev.tenantmigrator.ScriptFile;
import dev.tenantmigrator.internal.sql.Sql;
import java.util.Locale;

/**
 * Runs the checks of deferred constraints between two migrations of one transaction, as the commit between them would have:
 * a table with pending checks cannot be altered (55006).
 */
public final class PendingConstraints {

    private PendingConstraints() {}

    /** Whether constraints of the tenant may be deferred after this script. */
    public static boolean mayBeLeftBy(ScriptFile script) {
        String text = script.text().toLowerCase(Locale.ROOT);
        return text.contains("deferr") || text.contains("constraints");
    }

    /**
     * Checks what is pending. Each initially deferred constraint is named, and deferred again afterwards, because {@code SET
     * CONSTRAINTS ALL IMMEDIATE} would hold for the scripts that follow too (PostgreSQL documentation, "SET CONSTRAINTS").
     */
    public static String checkSql(String schema) {
        return "DO " + Sql.literal("""
                DECLARE names text;
                BEGIN
                    SELECT pg_catalog.string_agg(pg_catalog.format('%%I.%%I', n.nspname, c.conname), ', ') INTO names
                      FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
                     WHERE n.nspname = %s AND c.condeferrable;
                    IF names IS NOT NULL THEN
                        EXECUTE 'SET CONSTRAINTS ' || names || ' IMMEDIATE';
                    END IF;
                    SELECT pg_catalog.string_agg(pg_catalog.format('%%I.%%I', n.nspname, c.conname), ', ') INTO names
                      FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
                     WHERE n.nspname = %1$s AND c.condeferred;
                    IF names IS NOT NULL THEN
                        EXECUTE 'SET CONSTRAINTS ' || names || ' DEFERRED';
                    END IF;
                END""".formatted(Sql.literal(schema)));
    }
}
