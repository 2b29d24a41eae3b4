package dev.tenantmigrator.internal.backfill;

import java.util.Locale;

/**
 * An object of a schema, named so that its counterpart in another schema has an equal name.
 *
 * @param kind of the object
 * @param name without the schema; for a function with the argument types
 */
record DatabaseObject(Kind kind, String name) {

    /** The catalog queries of this package spell these names. */
    enum Kind {
        TABLE,
        SEQUENCE,
        TYPE,
        FUNCTION,
        VIEW,
        /** A name that no new table, index, sequence or view can take. */
        RELATION_NAME,
        /** {@code constraint on table}. */
        FOREIGN_KEY
    }

    static DatabaseObject table(String name) {
        return new DatabaseObject(Kind.TABLE, name);
    }

    static DatabaseObject foreignKey(String constraint, String table) {
        return new DatabaseObject(Kind.FOREIGN_KEY, constraint + " on " + table);
    }

    /** The name for messages, e.g. {@code table users}. */
    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ' ' + name;
    }
}
