package dev.tenantmigrator;

/**
 * How far a rollback goes.
 *
 * @param includeLater whether versions applied after the given one are taken back too, newest first; otherwise a tenant that
 *     has some is refused
 */
public record RollbackOptions(boolean includeLater) {

    /**
     * A tenant with later versions is refused.
     *
     * @return the defaults
     */
    public static RollbackOptions defaults() {
        return new RollbackOptions(false);
    }

    /**
     * Takes later versions back too.
     *
     * @return a copy
     */
    public RollbackOptions withLaterVersions() {
        return new RollbackOptions(true);
    }
}
