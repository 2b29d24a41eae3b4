package dev.tenantmigrator.report;

/**
 * Something worth knowing about a statement of a migration before it runs.
 *
 * @param kind what it is
 * @param line the line in the original file, from 1
 * @param message what it means for the tenant
 */
public record ScriptNote(Kind kind, int line, String message) {

    /** What a note is about. */
    public enum Kind {
        /** The text names {@code public}, or another schema, and was left as it is on purpose. */
        LEFT_ALONE,
        /** The statement does not run, because the library does the same for every migration. */
        ABSORBED,
        /** The statement runs outside of a transaction. */
        NOT_TRANSACTIONAL,
        /** The statement takes a lock that readers of a table wait for. */
        BLOCKS_READS,
        /** The statement takes a lock that writers of a table wait for. */
        BLOCKS_WRITES,
        /** The statement writes a whole table anew. */
        REWRITES_TABLE,
        /** The statement drops data. */
        DROPS_DATA
    }
}
