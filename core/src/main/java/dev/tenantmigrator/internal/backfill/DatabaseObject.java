package dev.tenantmigrator.internal.backfill;

import java.util.Locale;

/**
 * What a schema holds, named so that the same object of another schema has the same name.
 *
 * @param kind what it is
 * @param name its name without the schema; of a function the name and the argument types
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

    /** As messages name it, e.g. {@code table users}. */
    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ' ' + name;
    }
}
