package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.ScriptFile;
import java.util.Locale;

/**
 * What is ordinary in a transaction, so that the short question looks at it more closely instead of being suspicious. It
 * decides what the question costs, not what is found in the end.
 *
 * @param newTables whether tables are made
 * @param newSchema whether the tenant itself is
 */
public record Ordinary(boolean newTables, boolean newSchema) {

    /** Of a script that runs in an existing tenant. */
    public static Ordinary of(ScriptFile script) {
        return new Ordinary(script.text().toLowerCase(Locale.ROOT).contains("create table"), false);
    }

    /** Of the creation of a tenant. */
    public static Ordinary ofCreation() {
        return new Ordinary(true, true);
    }
}
