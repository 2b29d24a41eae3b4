package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A migrator with one tracking table for the whole fleet. */
abstract class FleetTable {

    static final String TABLE = "tenant_migrator_fleet.schema_migrations";

    final TestDatabase database;

    FleetTable(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        TenantMigrator migrator = with(MEMBERS);
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
        database.execute("DROP SCHEMA IF EXISTS tenant_migrator_fleet CASCADE");
        assertThat(schemas()).isEmpty();
        database.assertNoLeaks();
    }

    TenantMigratorBuilder builder(Migration... migrations) {
        return Samples.migrator(database, migrations).trackingStore(TrackingStore.fleet());
    }

    TenantMigrator with(Migration... migrations) {
        return builder(migrations).build();
    }

    TenantMigrator withNotes(Migration... migrations) {
        return builder(migrations).requiredTables("notes").build();
    }

    static String create(TenantMigrator migrator, String name) {
        return migrator.createTenant(TenantName.exactly(name)).schema();
    }

    List<String> schemas() {
        return database.values(
                "SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$|^public$'");
    }

    /** The dates of the recorded versions, after {@code tenant} for the row that stands for the tenant itself. */
    String rows(String schema) {
        return database.value(
                "SELECT coalesce(string_agg(CASE version WHEN '' THEN 'tenant' ELSE left(version, 8) END, ' ' ORDER BY id), 'none') FROM "
                        + TABLE + " WHERE tenant = ?",
                schema);
    }
}
