package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;

/** A tenant and a later migration that cannot run in one transaction, with any store of the record. */
abstract class MixedFile {

    static final Migration TABLES = Migration.of("20240101_tables", """
            CREATE TYPE mood AS ENUM ('ok');
            CREATE TABLE item (id int PRIMARY KEY, code text, at date, mood mood);
            CREATE INDEX item_at ON item (at);
            CREATE TABLE seen (what text);
            """);

    final TestDatabase database;
    TrackingStore store = TrackingStore.perSchema();
    String tenant = "";

    MixedFile(TestDatabase database) {
        this.database = database;
    }

    static Stream<TrackingStore> stores() {
        return Stream.of(TrackingStore.perSchema(), TrackingStore.fleet(), new DocumentStore());
    }

    static Migration later(String up) {
        return Migration.of("20240202_later_work", up);
    }

    static Migration later(String up, String down) {
        return Migration.of("20240202_later_work", up, down);
    }

    TenantMigrator with(Migration... migrations) {
        return Samples.migrator(database, migrations).trackingStore(store).build();
    }

    String create(TrackingStore in, Migration... migrations) {
        store = in;
        tenant = with(migrations).createTenant(TenantName.forUser("a")).schema();
        return tenant;
    }

    @AfterEach
    void drop() {
        TenantMigrator migrator = with(TABLES);
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
        database.execute("DROP SCHEMA IF EXISTS documents, tenant_migrator_fleet CASCADE");
        database.assertNoLeaks();
    }

    FleetReport deploy(Migration later) {
        return with(TABLES, later).deployAll();
    }

    Failure failure(Migration later) {
        return deploy(later).failed().get(0).failure();
    }

    /** The row of the later version, as {@code description | finished}; empty when there is none. */
    String row() {
        return with(TABLES).status().tenants().get(0).applied().stream()
                .filter(row -> !row.version().equals(TABLES.version()))
                .map(row -> row.description().orElse("") + (row.finished() ? " | finished" : " | started"))
                .findFirst()
                .orElse("");
    }

    /** A row without the checksum in its description. */
    String progress() {
        return row().replaceAll(", [0-9a-f]{12}]", "]");
    }

    List<String> seen() {
        return database.values("SELECT what FROM " + tenant + ".seen ORDER BY 1");
    }

    String index(String name) {
        return String.join(
                ",",
                database.values(
                        "SELECT CASE WHEN indisvalid THEN 'valid' ELSE 'INVALID' END FROM pg_index i"
                                + " JOIN pg_class c ON c.oid = i.indexrelid"
                                + " WHERE c.relnamespace = ?::regnamespace AND relname = ?",
                        tenant,
                        name));
    }
}
