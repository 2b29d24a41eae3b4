package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** One tenant with tables, and what a later migration of statements outside of a transaction does to it. */
abstract class NonTransactionalTenant {

    static final Migration TABLES = Migration.of("20240101_tables", """
            CREATE TABLE public.item (id int PRIMARY KEY, code text, at date);
            CREATE INDEX item_at ON item (at);
            CREATE TABLE log (id int, at date) PARTITION BY RANGE (at);
            CREATE TABLE log_2024 PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
            CREATE TABLE log_2025 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
            CREATE INDEX log_at ON log (at);
            """);

    final TestDatabase database;
    String tenant = "";

    NonTransactionalTenant(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void create() {
        tenant = Samples.create(database, "a", TABLES);
    }

    @AfterEach
    void drop() {
        Samples.dropAll(database);
        database.assertNoLeaks();
    }

    static Migration later(String up) {
        return Migration.of("20240202_later", up);
    }

    FleetReport deploy(String up) {
        return Samples.with(database, TABLES, later(up)).deployAll();
    }

    Failure failure(String up) {
        return deploy(up).failed().get(0).failure();
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

    List<String> rows() {
        return database.values("SELECT version || CASE WHEN applied_at IS NULL THEN ' started' ELSE '' END FROM "
                + tenant + ".schema_migrations ORDER BY id");
    }
}
