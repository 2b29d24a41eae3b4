package dev.tenantmigrator.internal.sql;

/** Reads the name of a table or index, whatever schema stands before it. */
final class TableName {

    private TableName() {}

    /** The last part of a name, as PostgreSQL stores it, and goes over all of it; empty at the end. */
    static String take(Cursor cursor) {
        String name = cursor.takeName();
        while (cursor.takeSymbol('.')) {
            name = cursor.takeName();
        }
        return name;
    }
}
