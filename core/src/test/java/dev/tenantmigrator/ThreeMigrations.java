package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;

import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A migrator with three migrations and two required tables. */
abstract class ThreeMigrations {

    final TestDatabase database;
    final TenantMigrator migrator;

    ThreeMigrations(TestDatabase database) {
        this.database = database;
        this.migrator = Samples.migrator(database, MEMBERS, NOTES, FLAG)
                .requiredTables("team_member", "notes")
                .build();
    }

    @AfterEach
    void dropAll() {
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
    }

    List<Kind> kinds(TenantMigrator with, String schema) {
        return with.status(Tenants.named(schema)).tenants().get(0).findings().stream()
                .map(Finding::kind)
                .toList();
    }

    String create(Migration... migrations) {
        return Samples.create(database, "a", migrations);
    }
}
