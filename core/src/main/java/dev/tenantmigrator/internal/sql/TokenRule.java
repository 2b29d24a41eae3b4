package dev.tenantmigrator.internal.sql;

/** Finds one way in which code names a schema, and changes it. */
@FunctionalInterface
interface TokenRule {

    /**
     * Changes what begins at this token, if the rule is about it.
     *
     * @return whether it is; no other rule is asked then
     */
    boolean apply(Tokens tokens, int token, Edits out);

    /** The rule for one statement, whose other parts may matter to it. */
    default TokenRule in(Statement statement) {
        return this;
    }
}
