package dev.tenantmigrator.benchmark;

import java.util.List;

/**
 * A tool that migrates tenants, in a database of its own. All competitors have the same number of connections and threads. Each
 * method throws if the operation failed for any tenant.
 */
interface Competitor {

    /** Replaces the migrations. */
    void migrations(List<MigrationScript> scripts) throws Exception;

    /** Creates tenants with all migrations. */
    void create(List<String> schemas) throws Exception;

    /** Applies the newest migration to tenants that have all others. */
    void deployOne(List<String> schemas) throws Exception;

    /** Deploys to tenants that are up to date. */
    void noop(List<String> schemas) throws Exception;

    /** Reads the applied migrations of tenants. */
    void status(List<String> schemas) throws Exception;

    /** Compares the applied migrations of tenants with the files. */
    void verify(List<String> schemas) throws Exception;
}
