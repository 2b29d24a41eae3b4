package dev.tenantmigrator.benchmark;

import java.util.List;

/**
 * One way to do the work, in a database of its own. Each has as many connections and threads as the others; whatever fails,
 * throws.
 */
interface Competitor {

    /** Says which migrations there are from now on. */
    void migrations(List<Script> scripts) throws Exception;

    /** Creates tenants with all migrations. */
    void create(List<String> schemas) throws Exception;

    /** Brings tenants that lack the newest migration up to date. */
    void deployOne(List<String> schemas) throws Exception;

    /** Finds that tenants are up to date. */
    void noop(List<String> schemas) throws Exception;

    /** Learns which migrations tenants have. */
    void status(List<String> schemas) throws Exception;

    /** Checks what tenants have against the migrations. */
    void verify(List<String> schemas) throws Exception;
}
