/** Schema-per-tenant PostgreSQL migrations: one migration, one tenant, one transaction. */
module dev.tenantmigrator {
    requires transitive java.sql;
    // Where a runtime has no Flight Recorder, nothing is recorded.
    requires static jdk.jfr;
    requires org.slf4j;

    exports dev.tenantmigrator;
    exports dev.tenantmigrator.event;
    exports dev.tenantmigrator.report;
    exports dev.tenantmigrator.rollout;
}
