package dev.tenantmigrator.benchmark;

/** A part of the benchmark, selected by {@code --only}. */
enum BenchmarkPart {
    /** Creation of tenants, all competitors. */
    CREATE("create"),
    /** Deploy of one column to all tenants, all competitors. */
    DEPLOY_ONE("deployOne"),
    /** Operations that change nothing, all competitors. */
    LOOKS("looks"),
    /** One pending migration of each kind, the library and raw JDBC. */
    KINDS("kinds"),
    /** One pending migration of each kind, the library with one thread and with all threads. */
    PARALLEL("parallel"),
    /** A history of realistic size, the library and psql. */
    HISTORY("history"),
    /** The time that a sign-up waits: with a spare tenant, with all migrations, with Flyway. */
    SIGN_UP("signup"),
    /** An empty tenant for a test, the library and Flyway. */
    THROWAWAY("throwaway"),
    /** The structures of a fleet, compared with their definition. */
    DRIFT("drift"),
    /** A page about that fleet. */
    REPORT("report");

    private final String key;

    BenchmarkPart(String key) {
        this.key = key;
    }

    /** The name on the command line. */
    @Override
    public String toString() {
        return key;
    }
}
