package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A rollback outside of a transaction, and what becomes of one that stopped. */
@PostgresTest
class NonTransactionalRollbackTest {

    private static final Migration TABLE = Migration.of("20240101_table", "CREATE TABLE item (id int, code text)");

    private static final Migration INDEX = Migration.of(
            "20240102_index",
            "CREATE INDEX CONCURRENTLY item_code ON item (code); CREATE INDEX CONCURRENTLY item_id ON item (id)",
            "DROP INDEX CONCURRENTLY item_id; DROP INDEX CONCURRENTLY item_code");

    /** Made in a transaction, taken back outside of one. */
    private static final Migration PLAIN = Migration.of(
            "20240103_plain", "CREATE INDEX item_both ON item (id, code)", "DROP INDEX CONCURRENTLY item_both");

    private final TestDatabase database;
    private final TenantMigrator migrator;
    private String tenant = "";

    NonTransactionalRollbackTest(TestDatabase database) {
        this.database = database;
        this.migrator = Samples.with(database, TABLE, INDEX, PLAIN);
    }

    @BeforeEach
    void create() {
        tenant = Samples.create(database, "a", TABLE, INDEX, PLAIN);
    }

    @AfterEach
    void drop() {
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
        database.assertNoLeaks();
    }

    private FleetReport rollback(Migration migration) {
        return migrator.rollback(
                Tenants.named(tenant),
                migration.version(),
                RollbackOptions.builder().laterVersions(true).build());
    }

    private List<String> indexes() {
        return database.values(
                "SELECT relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid"
                        + " WHERE relnamespace = ?::regnamespace AND indisvalid AND relname LIKE 'item%' ORDER BY 1",
                tenant);
    }

    private List<String> rows() {
        return database.values("SELECT version || CASE WHEN applied_at IS NULL THEN ' started' ELSE '' END FROM "
                + tenant + ".schema_migrations ORDER BY id");
    }

    private void reopen(Migration migration) {
        database.execute(
                "UPDATE " + tenant + ".schema_migrations SET applied_at = NULL WHERE version = ?", migration.version());
    }

    @Test
    void dropsAndForgets() {
        assertThat(rollback(INDEX).throwIfFailed().of(TenantOutcome.RolledBack.class))
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.rolledBack())
                        .extracting(TenantOutcome.Step::version)
                        .containsExactly(PLAIN.version(), INDEX.version()));

        assertThat(indexes()).isEmpty();
        assertThat(rows()).containsExactly(TABLE.version());
    }

    @Test
    void aRollbackThatStoppedGoesOn() {
        rollback(PLAIN).throwIfFailed();
        database.execute("DROP INDEX " + tenant + ".item_id");
        reopen(INDEX);

        rollback(INDEX).throwIfFailed();

        assertThat(indexes()).isEmpty();
        assertThat(rows()).containsExactly(TABLE.version());
    }

    @Test
    void aDeployAppliesAgainWhatARollbackLeftHalfDone() {
        database.execute("DROP INDEX " + tenant + ".item_id");
        reopen(INDEX);

        migrator.deployAll().throwIfFailed();

        assertThat(indexes()).containsExactly("item_both", "item_code", "item_id");
        assertThat(rows()).containsExactly(TABLE.version(), INDEX.version(), PLAIN.version());
    }

    @Test
    void aHalfRollbackOfWhatRanInATransactionIsLeftToTheRollback() {
        reopen(PLAIN);

        assertThat(migrator.deployAll().failed().get(0).failure().message()).contains("run the rollback again");
        rollback(PLAIN).throwIfFailed();

        assertThat(indexes()).containsExactly("item_code", "item_id");
        assertThat(rows()).containsExactly(TABLE.version(), INDEX.version());
    }

    @Test
    void aRollbackThatFailsSaysWhereItStands() {
        database.execute("DROP INDEX " + tenant + ".item_both");

        assertThat(rollback(PLAIN).failed()).singleElement().satisfies(failed -> {
            assertThat(failed.failure().message()).contains("item_both").contains("run the rollback again");
            assertThat(failed.failure().file())
                    .hasValueSatisfying(file -> assertThat(file).contains("rollback.sql"));
            assertThat(failed.failure().line()).hasValue(1);
        });
        assertThat(rows()).contains(PLAIN.version() + " started");
        rollback(PLAIN).throwIfFailed();
    }

    @Test
    void anUnfinishedApplyCanBeTakenBack() {
        rollback(INDEX).throwIfFailed();
        database.execute(
                "INSERT INTO " + tenant + ".schema_migrations (version, applied_at, checksum)" + " VALUES (?, NULL, ?)",
                INDEX.version(),
                INDEX.up().checksum());
        database.execute("CREATE INDEX item_code ON " + tenant + ".item (code)");

        rollback(INDEX).throwIfFailed();

        assertThat(indexes()).isEmpty();
        assertThat(rows()).containsExactly(TABLE.version());
    }
}
