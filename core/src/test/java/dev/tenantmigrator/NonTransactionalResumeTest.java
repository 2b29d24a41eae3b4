package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import org.junit.jupiter.api.Test;

/** The next run goes on after a failure or crash outside of a transaction. */
@PostgresTest
class NonTransactionalResumeTest extends NonTransactionalTenant {

    NonTransactionalResumeTest(TestDatabase database) {
        super(database);
    }

    /** As a runner leaves it that was killed. */
    private void started(Migration migration) {
        database.execute(
                "INSERT INTO " + tenant + ".schema_migrations (version, applied_at, checksum) VALUES (?, NULL, ?)",
                migration.version(),
                migration.up().checksum());
    }

    /** The invalid index that an interrupted {@code CREATE INDEX CONCURRENTLY} leaves. */
    private void invalidIndex(String name) {
        database.execute("INSERT INTO " + tenant + ".item VALUES (1, 'x'), (2, 'x')");
        assertThatThrownBy(() ->
                        database.execute("CREATE UNIQUE INDEX CONCURRENTLY " + name + " ON " + tenant + ".item (code)"))
                .rootCause()
                .hasMessageContaining("could not create unique index \"" + name);
        database.execute("DELETE FROM " + tenant + ".item WHERE id = 2");
        assertThat(index(name)).isEqualTo("INVALID");
    }

    @Test
    void aUniqueIndexOverDuplicatesFailsAndLeavesNothing() {
        database.execute("INSERT INTO " + tenant + ".item VALUES (1, 'secret'), (2, 'secret')");

        Failure failure = failure("-- a comment\nCREATE UNIQUE INDEX CONCURRENTLY item_code ON item (code)");

        assertThat(failure.message())
                .contains("could not create unique index")
                .contains("nothing of the script was kept")
                .doesNotContain("secret");
        assertThat(failure.line()).hasValue(2);
        assertThat(failure.sqlState()).contains("23505");
        assertThat(index("item_code")).isEmpty();
        assertThat(rows()).containsExactly("20240101_tables");
    }

    @Test
    void aLaterStatementThatFailsIsWhereTheNextDeployGoesOn() {
        database.execute("INSERT INTO " + tenant + ".item VALUES (1, 'x'), (2, 'x')");
        String up = """
                CREATE INDEX CONCURRENTLY item_plain ON item (code);
                CREATE UNIQUE INDEX CONCURRENTLY item_code ON item (code);
                DROP INDEX CONCURRENTLY item_at""";

        assertThat(failure(up)).satisfies(failure -> {
            assertThat(failure.message()).contains("earlier statements are kept; the next deploy continues with it");
            assertThat(failure.line()).hasValue(2);
        });
        assertThat(index("item_code")).isEmpty();
        assertThat(rows()).containsExactly("20240101_tables", "20240202_later started");
        assertThat(Samples.with(database, TABLES, later(up)).verify().outcomes())
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.toString()).contains("the next deploy continues it"));

        assertThat(Samples.with(database, TABLES, later(up)).plan(Tenants.all()).tenants())
                .singleElement()
                .satisfies(plan -> assertThat(plan.migrations()).singleElement().satisfies(planned -> {
                    assertThat(planned.applied()).isFalse();
                    assertThat(planned.before()).as("the row is there").noneMatch(sql -> sql.startsWith("INSERT"));
                }));

        database.execute("DELETE FROM " + tenant + ".item WHERE id = 2");
        String plain = database.value("SELECT ?::regclass::oid", tenant + ".item_plain");
        deploy(up).throwIfFailed();

        assertThat(database.value("SELECT ?::regclass::oid", tenant + ".item_plain"))
                .isEqualTo(plain);
        assertThat(index("item_code")).isEqualTo("valid");
        assertThat(index("item_at")).isEmpty();
        assertThat(rows()).containsExactly("20240101_tables", "20240202_later");
    }

    @Test
    void anIndexThatIsThereAlreadyIsNotTakenForOurs() {
        assertThat(
                        failure(
                                "CREATE INDEX CONCURRENTLY item_plain ON item (code);\nCREATE INDEX CONCURRENTLY item_at ON item (at)"))
                .satisfies(failure -> {
                    assertThat(failure.message()).contains("item_at exists already; nothing was changed");
                    assertThat(failure.line()).hasValue(2);
                });
        assertThat(rows()).containsExactly("20240101_tables");
        deploy("DROP INDEX CONCURRENTLY item_at;\nCREATE INDEX CONCURRENTLY item_at ON item (at, id)")
                .throwIfFailed();
    }

    @Test
    void anInvalidIndexOfSomebodyElseIsNoSuccess() {
        invalidIndex("item_code");

        deploy("CREATE INDEX CONCURRENTLY IF NOT EXISTS item_code ON item (code)")
                .throwIfFailed();

        assertThat(index("item_code")).isEqualTo("valid");
    }

    @Test
    void anIndexOfThatNameOnAnotherTableIsNoSuccess() {
        assertThat(failure("CREATE INDEX CONCURRENTLY IF NOT EXISTS item_at ON log_2024 (at)")
                        .message())
                .contains("item_at does not exist, is on another table, or is INVALID");
        assertThat(index("item_at")).isEqualTo("valid");
    }

    @Test
    void anInvalidIndexIsDroppedAndBuiltAgainByTheNextDeploy() {
        Migration later = later("CREATE UNIQUE INDEX CONCURRENTLY item_code ON item (code)");
        invalidIndex("item_code");
        started(later);

        Samples.with(database, TABLES, later).deployAll().throwIfFailed();

        assertThat(index("item_code")).isEqualTo("valid");
        assertThat(rows()).containsExactly("20240101_tables", "20240202_later");
    }

    @Test
    void whatIsDoneIsNotDoneAgain() {
        Migration later = later("""
                CREATE INDEX CONCURRENTLY item_code ON item (code);
                DROP INDEX CONCURRENTLY item_at;
                ALTER TABLE log DETACH PARTITION log_2024 CONCURRENTLY""");
        database.execute("SET search_path TO " + tenant + "; CREATE INDEX item_code ON item (code); DROP INDEX item_at;"
                + " ALTER TABLE log DETACH PARTITION log_2024; RESET search_path");
        started(later);

        Samples.with(database, TABLES, later).deployAll().throwIfFailed();

        assertThat(rows()).containsExactly("20240101_tables", "20240202_later");
    }

    @Test
    void theLeavingsOfACutOffReindexAreDropped() {
        Migration later = later("REINDEX TABLE CONCURRENTLY item");
        invalidIndex("item_pkey_ccnew1");
        invalidIndexOf("item_pkey_ccold");
        started(later);

        Samples.with(database, TABLES, later).deployAll().throwIfFailed();

        assertThat(index("item_pkey_ccnew1")).isEmpty();
        assertThat(index("item_pkey_ccold")).isEmpty();
    }

    private void invalidIndexOf(String name) {
        database.execute("DELETE FROM " + tenant + ".item");
        invalidIndex(name);
    }

    @Test
    void aTableIsNotReindexedWhileAnIndexOfItStaysInvalid() {
        invalidIndex("item_code");

        assertThat(failure("REINDEX TABLE CONCURRENTLY item").message())
                .contains("item_code")
                .contains("INVALID");
        deploy("REINDEX INDEX CONCURRENTLY item_code").throwIfFailed();

        assertThat(index("item_code")).isEqualTo("valid");
    }

    @Test
    void anEditedMigrationThatWasBegunSaysWhatToDo() {
        started(later("CREATE INDEX CONCURRENTLY item_plain ON item (code)"));
        String edited = "CREATE INDEX CONCURRENTLY item_code ON item (code)";

        assertThat(failure(edited).message())
                .contains("its file was edited since")
                .contains("restore the file")
                .contains("accept-checksum")
                .contains("mark-applied");
        assertThat(index("item_code")).isEmpty();

        TenantMigrator migrator = Samples.with(database, TABLES, later(edited));
        migrator.repair(Tenants.named(tenant), new Repair.AcceptChecksum("20240202_later"))
                .throwIfFailed();
        migrator.deployAll().throwIfFailed();
        assertThat(index("item_code")).isEqualTo("valid");
    }

    @Test
    void anInvalidIndexIsFoundByVerification() {
        Migration later = later("CREATE UNIQUE INDEX CONCURRENTLY item_code ON item (code)");
        invalidIndex("item_code");
        TenantMigrator migrator = Samples.with(database, TABLES, later);
        migrator.repair(Tenants.named(tenant), new Repair.MarkApplied(later.version()))
                .throwIfFailed();

        assertThat(migrator.verify().of(TenantOutcome.Unhealthy.class))
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.findings())
                        .singleElement()
                        .satisfies(finding -> {
                            assertThat(finding.kind()).isEqualTo(Finding.Kind.INVALID_INDEX);
                            assertThat(finding.message())
                                    .contains("item_code of item is INVALID")
                                    .contains("REINDEX INDEX");
                        }));
        assertThat(migrator.status().healthy()).isFalse();

        database.execute("REINDEX INDEX CONCURRENTLY " + tenant + ".item_code");
        assertThat(migrator.verify().successful()).isTrue();
    }

    @Test
    void anIndexOfAPartitionedTableThatLacksPartitionsIsNoFault() {
        database.execute("CREATE INDEX log_id ON ONLY " + tenant + ".log (id)");
        assertThat(index("log_id")).isEqualTo("INVALID");

        assertThat(Samples.with(database, TABLES).verify().successful()).isTrue();
    }

    @Test
    void anUnfinishedRowOfAnotherToolIsStillRefused() {
        Migration later = later("CREATE INDEX CONCURRENTLY item_code ON item (code)");
        database.execute(
                "INSERT INTO " + tenant + ".schema_migrations (version, applied_at) VALUES (?, NULL)", later.version());
        assertThat(Samples.with(database, TABLES, later)
                        .deployAll()
                        .failed()
                        .get(0)
                        .failure()
                        .message())
                .contains("repair");

        database.execute(
                "UPDATE " + tenant + ".schema_migrations SET checksum = repeat('0', 64) WHERE applied_at IS NULL");
        assertThat(Samples.with(database, TABLES, later).deployAll().failed()).hasSize(1);
        assertThat(index("item_code")).isEmpty();
    }
}
