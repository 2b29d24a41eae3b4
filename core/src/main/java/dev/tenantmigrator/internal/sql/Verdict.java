package dev.tenantmigrator.internal.sql;

/** What happens to a statement of a migration. */
sealed interface Verdict {

    /** It runs, once the schema is put in. */
    Verdict KEEP = new Keep();

    /** It does not run, as the library does the same for every migration. */
    Verdict ABSORB = new Absorb();

    record Keep() implements Verdict {}

    record Absorb() implements Verdict {}

    /** It runs with a part of its beginning replaced. */
    record Replace(int start, int end, String text) implements Verdict {}

    /**
     * The migration must not run.
     *
     * @param message what is wrong and what to do
     * @param token where
     */
    record Refuse(String message, int token) implements Verdict {}
}
