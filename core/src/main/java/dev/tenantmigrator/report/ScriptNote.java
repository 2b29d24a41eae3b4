package dev.tenantmigrator.report;

/**
 * A note about a statement of a migration, for a reader of a plan.
 *
 * @param kind the kind of note
 * @param line the line in the original file, from 1
 * @param message the consequence for the tenant
 */
public record ScriptNote(Kind kind, int line, String message) {

    /** The kinds of notes. */
    public enum Kind {
        /** The text names {@code public} or another schema, and is deliberately unchanged. */
        LEFT_ALONE,
        /**
         * A string names {@code public} and is unchanged, although it may be executed, read as a name or compared with a
         * schema's. A deploy logs it as a warning.
         */
        UNCERTAIN,
        /** The statement does not run, because the library does its work for every migration. */
        ABSORBED,
        /** The statement runs outside of a transaction. */
        NOT_TRANSACTIONAL,
        /** The statement takes a lock that readers of a table wait for. */
        BLOCKS_READS,
        /** The statement takes a lock that writers of a table wait for. */
        BLOCKS_WRITES,
        /** The statement rewrites a whole table. */
        REWRITES_TABLE,
        /** The statement drops data. */
        DROPS_DATA
    }
}
