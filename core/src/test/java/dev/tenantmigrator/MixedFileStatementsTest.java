package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The statements that divide a file, and what holds from one part to the next. */
@PostgresTest
class MixedFileStatementsTest extends MixedFile {

    MixedFileStatementsTest(TestDatabase database) {
        super(database);
    }

    @Test
    void anExtensionComesBeforeAndCountsForNothing() {
        create(store, TABLES);

        deploy(later("""
                CREATE EXTENSION IF NOT EXISTS pg_trgm;
                BEGIN;
                CREATE INDEX CONCURRENTLY item_code ON item USING gin (code gin_trgm_ops);
                COMMIT;""")).throwIfFailed();

        assertThat(index("item_code")).isEqualTo("valid");
        assertThat(with(TABLES, later("CREATE EXTENSION IF NOT EXISTS pg_trgm; VACUUM item"))
                        .planVersion(Tenants.all(), later("").version())
                        .tenants()
                        .get(0)
                        .migrations()
                        .get(0)
                        .statements())
                .extracting(SqlStatement::sql)
                .containsExactly("VACUUM \"" + tenant + "\".item");
        database.execute("DROP EXTENSION pg_trgm CASCADE");
    }

    @Test
    void settingsHoldForTheLaterPartsAndEndWithTheScript() {
        create(store, TABLES);
        Migration later = later("""
                SET application_name = 'of the script';
                INSERT INTO seen SELECT 'a ' || current_setting('application_name');
                SET statement_timeout = '7min';
                CREATE INDEX CONCURRENTLY item_code ON item (code);
                DO $$ BEGIN INSERT INTO seen SELECT 'b ' || current_setting('application_name')
                    || current_setting('statement_timeout'); COMMIT; END $$;
                SET LOCAL application_name = 'only here';
                INSERT INTO seen SELECT 'c ' || current_setting('application_name');
                VACUUM item;
                INSERT INTO seen SELECT 'd ' || current_setting('application_name') || current_setting('statement_timeout');
                INSERT INTO seen SELECT 'e ' || current_setting('search_path')""");

        deploy(later).throwIfFailed();

        assertThat(seen())
                .containsExactly(
                        "a of the script",
                        "b of the script7min",
                        "c only here",
                        "d of the script7min",
                        "e \"" + tenant + "\", \"public\"");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void aLabelIsCommittedBeforeItIsUsed(TrackingStore store) {
        create(store, TABLES);
        database.execute("INSERT INTO " + tenant + ".item VALUES (1)");
        Migration later = later("""
                INSERT INTO seen VALUES ('1');
                ALTER TYPE mood ADD VALUE 'great';
                UPDATE item SET mood = 'great';
                CREATE INDEX item_mood ON item (mood) WHERE mood = 'great';
                INSERT INTO seen SELECT 1 / (count(*) - 1) FROM item""");

        assertThat(failure(later)).satisfies(failure -> {
            assertThat(failure.message()).contains("part 2 of 2 was rolled back, part 1 is done and stays");
            assertThat(failure.line()).hasValue(5);
        });
        assertThat(seen()).containsExactly("1");
        database.execute("INSERT INTO " + tenant + ".item VALUES (2)");
        deploy(later).throwIfFailed();

        assertThat(seen()).containsExactly("1", "1");
        assertThat(database.value("SELECT count(*) FROM " + tenant + ".item WHERE mood = 'great'"))
                .isEqualTo("2");
        assertThat(row()).isEqualTo("later work | finished");
    }

    @Test
    void aLabelOnlyInABodyNeedsNoSecondTransaction() {
        create(store, TABLES);

        assertThat(failure(later("""
                        ALTER TYPE mood ADD VALUE 'great';
                        CREATE FUNCTION f() RETURNS mood LANGUAGE plpgsql AS $$ BEGIN RETURN 'great'; END $$;
                        SELECT 1 / 0""")).message()).isEqualTo("division by zero");
        assertThat(row()).isEmpty();
        assertThat(database.value("SELECT count(*) FROM pg_enum WHERE enumlabel = 'great'"))
                .isEqualTo("0");
    }

    @Test
    void aUseThatNoTextShowsSaysHowToDivideTheFile() {
        create(store, TABLES);

        assertThat(failure(later("ALTER TYPE mood ADD VALUE 'great'; SELECT ('gr' || 'eat')::mood"))
                        .message())
                .contains("unsafe use of new value")
                .contains("nothing of the script was kept")
                .contains("put the ALTER TYPE … ADD VALUE into a migration of its own");
        assertThat(row()).isEmpty();
    }

    @Test
    void everyKindOfStatementDividesAndCodeThatRanDoesNotRunAgain() {
        Migration more = Migration.of("20240102_more", """
                CREATE TABLE log (id int, at date) PARTITION BY RANGE (at);
                CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
                CREATE PROCEDURE work() LANGUAGE plpgsql AS
                    'BEGIN INSERT INTO seen VALUES (''call''); COMMIT; END';""");
        create(store, TABLES, more);
        Migration later = later("""
                -- tenant-migrator: no-transaction
                CALL work();
                INSERT INTO seen VALUES ('a');
                REINDEX TABLE CONCURRENTLY item;
                VACUUM (ANALYZE) item;
                INSERT INTO seen VALUES ('b');
                ALTER TABLE log DETACH PARTITION log_1 CONCURRENTLY;
                INSERT INTO seen VALUES ('c');
                DO $$ BEGIN INSERT INTO seen VALUES ('do'); COMMIT; END $$;
                INSERT INTO seen SELECT 1 / count(*) FROM item""");
        TenantMigrator migrator = with(TABLES, more, later);

        assertThat(migrator.deployAll().failed().get(0).failure().message()).contains("part 8 of 8 was rolled back");
        database.execute("INSERT INTO " + tenant + ".item VALUES (1)");
        migrator.deployAll().throwIfFailed();

        assertThat(seen()).containsExactly("1", "a", "b", "c", "call", "do");
    }

    @Test
    void deferredConstraintsAreCheckedAtTheEndOfEachPart() {
        create(store, TABLES);

        assertThat(failure(later("""
                        CREATE TABLE child (id int REFERENCES item DEFERRABLE INITIALLY DEFERRED);
                        INSERT INTO child VALUES (7);
                        VACUUM item;
                        INSERT INTO item VALUES (7)""")).message()).contains("foreign key").contains("nothing of the script was kept");
        assertThat(row()).isEmpty();
        deploy(later("""
                CREATE TABLE child (id int REFERENCES item DEFERRABLE INITIALLY DEFERRED);
                INSERT INTO child VALUES (7);
                INSERT INTO item VALUES (7);
                VACUUM item;
                ALTER TABLE child ADD COLUMN a int""")).throwIfFailed();
    }

    @Test
    void theIsolationLevelIsThatOfEachPart() {
        create(store, TABLES);

        deploy(later("""
                BEGIN ISOLATION LEVEL SERIALIZABLE;
                INSERT INTO seen SELECT '1 ' || current_setting('transaction_isolation');
                COMMIT;
                VACUUM item;
                INSERT INTO seen SELECT '2 ' || current_setting('transaction_isolation')""")).throwIfFailed();

        assertThat(seen()).containsExactly("1 serializable", "2 serializable");
    }
}
