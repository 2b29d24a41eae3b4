package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tenant that is created has the structure that others got outside of a transaction. */
@PostgresTest
class NonTransactionalCreationTest {

    private static final Migration TABLES = Migration.of("20240101_tables", """
            CREATE TABLE item (id int PRIMARY KEY, code text, note text);
            CREATE INDEX item_note ON item (note);
            CREATE TABLE log (id int, at date, kind text) PARTITION BY RANGE (at, kind);
            CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2024-01-01', 'a') TO ('2025-01-01', 'b');
            CREATE TABLE days (id int, at date) PARTITION BY RANGE (at);
            CREATE TABLE "Days 1" PARTITION OF days FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
            CREATE TABLE days_2 (id int, at date NOT NULL);
            ALTER TABLE days_2 ADD CHECK (at IS NOT NULL AND at >= '2025-01-01'::date AND at < '2026-01-01'::date);
            ALTER TABLE days ATTACH PARTITION days_2 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
            CREATE TABLE kinds (id int, kind text) PARTITION BY LIST (kind);
            CREATE TABLE kinds_a PARTITION OF kinds FOR VALUES IN ('a', NULL);
            CREATE TABLE hashed (id int) PARTITION BY HASH (id);
            CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
            CREATE TABLE defaulted (id int) PARTITION BY LIST (id);
            CREATE TABLE defaulted_1 PARTITION OF defaulted FOR VALUES IN (1);
            CREATE TABLE defaulted_other PARTITION OF defaulted DEFAULT;
            CREATE INDEX log_at ON log (at);
            """);

    private static final Migration OUTSIDE = Migration.of("20240102_outside", """
            CREATE INDEX CONCURRENTLY item_code ON public.item (code) WHERE code <> 'CONCURRENTLY';
            CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS item_lower ON item (lower(code));
            DROP INDEX CONCURRENTLY IF EXISTS public.item_note;
            REINDEX (CONCURRENTLY) TABLE item;
            REINDEX SCHEMA public;
            VACUUM FULL item;
            ALTER TABLE log DETACH PARTITION log_1 CONCURRENTLY;
            ALTER TABLE public.days DETACH PARTITION "Days 1" CONCURRENTLY;
            ALTER TABLE IF EXISTS days DETACH PARTITION days_2 CONCURRENTLY;
            ALTER TABLE IF EXISTS nowhere DETACH PARTITION days_2 CONCURRENTLY;
            ALTER TABLE kinds DETACH PARTITION kinds_a CONCURRENTLY;
            ALTER TABLE hashed DETACH PARTITION hashed_0 CONCURRENTLY;
            DO $$ BEGIN
                INSERT INTO item VALUES (1, 'public.item');
                COMMIT AND
                    CHAIN;
                FOR i IN 1..3 LOOP COMMIT; END LOOP;
                IF true THEN commit; ELSE COMMIT AND NO CHAIN; END IF;
                UPDATE public.item SET note = 'COMMIT;';
            END $$;
            DO 'BEGIN UPDATE item SET id = 5; COMMIT; END';
            """);

    private final TestDatabase database;

    NonTransactionalCreationTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void drop() {
        Samples.dropAll(database);
        database.assertNoLeaks();
    }

    private List<String> structure(String schema) {
        return database.values("""
                SELECT replace(line, s.name, 'tenant') FROM (SELECT ?::text AS name) s, LATERAL (
                    SELECT pg_get_indexdef(indexrelid) || indisvalid FROM pg_index JOIN pg_class c ON c.oid = indrelid
                     WHERE relnamespace = s.name::regnamespace
                    UNION ALL SELECT conrelid::regclass || conname || pg_get_constraintdef(oid) FROM pg_constraint
                     WHERE connamespace = s.name::regnamespace
                    UNION ALL SELECT inhrelid::regclass::text FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
                     WHERE relnamespace = s.name::regnamespace) l(line) ORDER BY 1""", schema);
    }

    @Test
    void creationMakesWhatADeployMakes() {
        String deployed = Samples.create(database, "a", TABLES);
        TenantMigrator migrator = Samples.with(database, TABLES, OUTSIDE);
        migrator.deployAll().throwIfFailed();

        String created = Samples.create(database, "b", TABLES, OUTSIDE);

        assertThat(structure(created))
                .isEqualTo(structure(deployed))
                .anyMatch(line -> line.contains("Days 1_at_check"));
        for (String schema : List.of(created, deployed)) {
            assertThat(database.value("SELECT id || code || note FROM " + schema + ".item"))
                    .isEqualTo("5public.itemCOMMIT;");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE INDEX CONCURRENTLY x ON log (kind)",
                "DROP INDEX CONCURRENTLY log_at",
                "ALTER TABLE defaulted DETACH PARTITION defaulted_1 CONCURRENTLY",
                "ALTER TABLE nowhere DETACH PARTITION defaulted_1 CONCURRENTLY"
            })
    void whatADeployRefusesCreationRefuses(String statement) {
        String deployed = Samples.create(database, "a", TABLES);
        Migration refused = Migration.of("20240103_refused", statement);

        var failure = Samples.with(database, TABLES, refused)
                .deployAll()
                .failed()
                .get(0)
                .failure();

        String reason =
                failure.message().substring(0, failure.message().indexOf(';')).replaceFirst(".*\\.", "");
        assertThat(reason).isNotEmpty().doesNotContain(deployed);
        assertThatThrownBy(() -> Samples.create(database, "b", TABLES, refused))
                .isInstanceOf(MigrationFailedException.class)
                .hasMessageContaining(reason)
                .hasMessageContaining("migration.sql:1");
    }

    @Test
    void aProcedureThatCommitsFailsWithTheRemedy() {
        Migration procedure =
                Migration.of("20240102_procedure", "CREATE PROCEDURE fill() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'");
        Migration call = Migration.of("20240103_call", "-- tenant-migrator: no-transaction\nCALL fill()");

        assertThatThrownBy(() -> Samples.create(database, "b", procedure, call))
                .isInstanceOf(MigrationFailedException.class)
                .hasMessageContaining("a tenant is created in one transaction, in which no procedure can commit")
                .hasMessageContaining("migration.sql:2");
    }

    @Test
    void aMissingTableIsMadeFromMigrationsOutsideOfATransaction() {
        String tenant = Samples.create(database, "a", TABLES, OUTSIDE);
        List<String> before = structure(tenant);
        database.execute("DROP TABLE " + tenant + ".item");

        Samples.migrator(database, TABLES, OUTSIDE)
                .requiredTables("item")
                .build()
                .backfill(Tenants.all())
                .throwIfFailed();

        assertThat(structure(tenant)).isEqualTo(before);
    }
}
