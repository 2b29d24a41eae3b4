package dev.tenantmigrator.benchmark;

/** A part of the benchmark that can be run alone. */
enum Part {
    /** New tenants, beside the competitors. */
    CREATE("create"),
    /** One pending column in all tenants, beside the competitors. */
    DEPLOY_ONE("deployOne"),
    /** What changes nothing, beside the competitors. */
    LOOKS("looks"),
    /** One pending migration of each kind, beside raw JDBC. */
    KINDS("kinds"),
    /** One pending migration of each kind, with one thread and with all. */
    PARALLEL("parallel"),
    /** A history of real size, beside psql. */
    HISTORY("history");

    private final String key;

    Part(String key) {
        this.key = key;
    }

    /** As the command line writes it. */
    @Override
    public String toString() {
        return key;
    }
}
