package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.PlannedMigration;
import dev.tenantmigrator.report.ScriptNote;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that cannot run in one transaction: what runs, what a failure leaves, and how the next deploy continues. */
@PostgresTest
class MixedFileDeployTest extends MixedFile {

    private static final Migration MIXED = later("""
            ALTER TABLE item ADD COLUMN note text;
            INSERT INTO seen VALUES ('1');
            CREATE INDEX CONCURRENTLY item_note ON public.item (note);
            INSERT INTO seen VALUES ('3');
            DROP INDEX CONCURRENTLY item_at;
            INSERT INTO seen VALUES ('5');
            """);

    MixedFileDeployTest(TestDatabase database) {
        super(database);
    }

    @ParameterizedTest
    @MethodSource("stores")
    void runsInPartsAndEndsLikeAnyMigration(TrackingStore store) {
        create(store, TABLES);

        deploy(MIXED).throwIfFailed();

        assertThat(seen()).containsExactly("1", "3", "5");
        assertThat(index("item_note")).isEqualTo("valid");
        assertThat(index("item_at")).isEmpty();
        assertThat(row()).isEqualTo("later work | finished");
        assertThat(with(TABLES, MIXED).verify().successful()).isTrue();
        assertThat(deploy(MIXED).of(TenantOutcome.UpToDate.class)).hasSize(1);
        assertThat(seen()).containsExactly("1", "3", "5");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void aCreationRunsAllOfItAtOnce(TrackingStore store) {
        create(store, TABLES, MIXED);

        assertThat(seen()).containsExactly("1", "3", "5");
        assertThat(index("item_note")).isEqualTo("valid");
        assertThat(index("item_at")).isEmpty();
        assertThat(row()).isEqualTo("later work | finished");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void aPartThatFailsIsRolledBackAndTheNextDeployContinuesThere(TrackingStore store) {
        create(store, TABLES);
        Migration later = later("""
                INSERT INTO seen VALUES ('1');
                CREATE INDEX CONCURRENTLY item_code ON item (code);
                INSERT INTO seen VALUES ('3');
                INSERT INTO seen SELECT 1 / count(*) FROM item;
                DROP INDEX CONCURRENTLY item_at""");

        Failure failure = failure(later);

        assertThat(failure.message())
                .contains("division by zero; part 3 of 4 was rolled back, parts 1 to 2 are done and stay;"
                        + " the next deploy continues with it")
                .contains("accept-checksum");
        assertThat(failure.line()).hasValue(4);
        assertThat(seen()).containsExactly("1");
        assertThat(progress()).isEqualTo("later work [part 2 of 4 done] | started");
        TenantMigrator migrator = with(TABLES, later);
        assertThat(migrator.verify().outcomes().toString())
                .contains("the next deploy continues it (part 2 of 4 is done)");
        assertThat(migrator.status().tenants().get(0).findings().toString()).contains("(part 2 of 4 is done)");

        database.execute("INSERT INTO " + tenant + ".item VALUES (1)");
        migrator.deployAll().throwIfFailed();

        assertThat(seen()).containsExactly("1", "1", "3");
        assertThat(row()).isEqualTo("later work | finished");
        assertThat(migrator.verify().successful()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("stores")
    void aFirstPartThatFailsLeavesNothing(TrackingStore store) {
        create(store, TABLES);

        assertThat(failure(later("INSERT INTO seen VALUES ('1'); SELECT 1 / 0; VACUUM item"))
                        .message())
                .contains("division by zero; nothing of the script was kept");

        assertThat(row()).isEmpty();
        assertThat(seen()).isEmpty();
    }

    @Test
    void aStatementOutsideThatFailsIsWhereTheNextDeployContinues() {
        create(store, TABLES);
        database.execute("INSERT INTO " + tenant + ".item VALUES (1, 'x'), (2, 'x')");
        Migration later = later("""
                INSERT INTO seen VALUES ('1');
                CREATE INDEX CONCURRENTLY item_code ON item (code);
                CREATE UNIQUE INDEX CONCURRENTLY item_unique ON item (code);
                INSERT INTO seen VALUES ('3');""");

        Failure failure = failure(later);

        assertThat(failure.message())
                .contains("could not create unique index")
                .contains("part 2 of 3 runs outside of a transaction, so its earlier statements are kept, and part 1 is"
                        + " done and stays; the next deploy continues with it");
        assertThat(failure.line()).hasValue(3);
        assertThat(progress()).isEqualTo("later work [part 2 of 3 begun] | started");
        String built = database.value("SELECT ?::regclass::oid", tenant + ".item_code");

        database.execute("DELETE FROM " + tenant + ".item");
        deploy(later).throwIfFailed();

        assertThat(database.value("SELECT ?::regclass::oid", tenant + ".item_code"))
                .isEqualTo(built);
        assertThat(seen()).containsExactly("1", "3");
    }

    @Test
    void aPartOutsideThatIsRefusedWasNotBegun() {
        create(store, TABLES);
        Migration later = later("INSERT INTO seen VALUES ('1');\nCREATE INDEX CONCURRENTLY item_at ON item (at)");

        assertThat(failure(later)).satisfies(failure -> {
            assertThat(failure.message())
                    .contains("the index item_at exists already; part 2 of 2 was not begun, part 1 is done and stays")
                    .doesNotContain("nothing was changed");
            assertThat(failure.line()).hasValue(2);
        });
        assertThat(progress()).isEqualTo("later work [part 1 of 2 done] | started");
        // It is not taken for the script's own by the next run either.
        assertThat(failure(later).message()).contains("exists already");

        database.execute("DROP INDEX " + tenant + ".item_at");
        deploy(later).throwIfFailed();
        assertThat(seen()).containsExactly("1");
    }

    @Test
    void anEarlierPartMayMakeRoomForTheIndex() {
        create(store, TABLES);

        deploy(later("DROP INDEX item_at; CREATE INDEX CONCURRENTLY item_at ON item (at, id)"))
                .throwIfFailed();

        assertThat(index("item_at")).isEqualTo("valid");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void anEditedFileIsRefusedAndAnAcceptedOneContinuesIfWhatIsDoneStayed(TrackingStore store) {
        create(store, TABLES);
        String head = "INSERT INTO seen VALUES ('1'); VACUUM item; ";
        assertThat(deploy(later(head + "SELECT 1 / 0")).failed()).hasSize(1);
        Migration edited = later("-- a comment\n" + head + "INSERT INTO seen VALUES ('3')");

        assertThat(failure(edited).message()).contains("its file was edited since");

        TenantMigrator migrator = with(TABLES, edited);
        Repair accept = new Repair.AcceptChecksum(edited.version());
        migrator.repair(Tenants.all(), accept).throwIfFailed();
        migrator.deployAll().throwIfFailed();
        assertThat(seen()).containsExactly("1", "3");
        assertThat(row()).isEqualTo("later work | finished");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void anEditOfWhatIsDoneIsRefusedAlsoWhenTheChecksumWasAccepted(TrackingStore store) {
        create(store, TABLES);
        assertThat(deploy(later("INSERT INTO seen VALUES ('1'); VACUUM item; SELECT 1 / 0"))
                        .failed())
                .hasSize(1);
        for (String edited : List.of(
                "INSERT INTO seen VALUES ('2'); VACUUM item; SELECT 1",
                "VACUUM item; INSERT INTO seen VALUES ('1'); SELECT 1",
                "INSERT INTO seen VALUES ('1'); VACUUM item",
                "VACUUM item")) {
            TenantMigrator migrator = with(TABLES, later(edited));
            migrator.repair(Tenants.all(), new Repair.AcceptChecksum(later("").version()))
                    .throwIfFailed();

            assertThat(failure(later(edited)).message())
                    .contains("part 2 of 3 is done, and the file was edited in what is done")
                    .contains("nothing was changed");
        }
        assertThat(seen()).containsExactly("1");

        TenantMigrator migrator = with(TABLES, later("VACUUM item"));
        migrator.repair(Tenants.all(), new Repair.MarkApplied(later("").version()))
                .throwIfFailed();
        assertThat(row()).isEqualTo("later work | finished");
    }

    @Test
    void anUnfinishedRowThatSaysNoPartIsRefused() {
        create(store, TABLES);
        database.execute(
                "INSERT INTO " + tenant + ".schema_migrations (version, description, applied_at, checksum)"
                        + " VALUES (?, 'later work', NULL, ?)",
                MIXED.version(),
                MIXED.up().checksum());

        assertThat(failure(MIXED).message()).contains("does not say which of the script's parts are done");
        assertThat(seen()).isEmpty();
    }

    @Test
    void aVersionWhoseNameLooksLikeAMarkIsContinued() {
        create(store, TABLES);
        database.execute("INSERT INTO " + tenant + ".item VALUES (1, 'x'), (2, 'x')");
        Migration later = Migration.of("20240202 [part 1 of 1 done, 0123456789ab]", """
                CREATE INDEX CONCURRENTLY item_code ON item (code);
                CREATE UNIQUE INDEX CONCURRENTLY item_unique ON item (code);""");
        assertThat(deploy(later).failed()).hasSize(1);
        database.execute("DELETE FROM " + tenant + ".item");

        deploy(later).throwIfFailed();

        assertThat(index("item_unique")).isEqualTo("valid");
    }

    @Test
    void aPartIsKeptInsideItsTenantLikeAnyMigration() {
        create(store, TABLES);
        database.execute("CREATE TABLE public.stranger (id int)");
        for (String stray : List.of(
                "INSERT INTO stranger VALUES (1)",
                "DO $$ BEGIN EXECUTE reverse(')1( SEULAV regnarts.cilbup OTNI TRESNI'); END $$",
                "UPDATE schema_migrations SET description = NULL")) {
            Migration later = later("VACUUM item; INSERT INTO seen VALUES ('2'); " + stray);

            assertThat(failure(later).message()).containsAnyOf("outside of its tenant", "changes the tracking table");

            assertThat(progress()).isEqualTo("later work [part 1 of 2 done] | started");
            with(TABLES, later)
                    .repair(Tenants.all(), new Repair.MarkNotApplied(later.version()))
                    .throwIfFailed();
        }
        assertThat(seen()).isEmpty();
        assertThat(database.value("SELECT count(*) FROM public.stranger")).isEqualTo("0");
        database.execute("DROP TABLE public.stranger");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void thePlanShowsTheParts(TrackingStore store) throws SQLException {
        create(store, TABLES);
        PlannedMigration planned = with(TABLES, MIXED)
                .plan(Tenants.all())
                .tenants()
                .get(0)
                .migrations()
                .get(0);

        assertThat(planned.transactional()).isFalse();
        assertThat(planned.before().get(0)).startsWith("BEGIN");
        List<String> sql = planned.statements().stream().map(SqlStatement::sql).toList();
        assertThat(sql.stream().filter(text -> text.startsWith("BEGIN") || text.equals("COMMIT")))
                .containsExactly(
                        "COMMIT",
                        planned.before().get(0),
                        "COMMIT",
                        planned.before().get(0));
        assertThat(planned.after().get(planned.after().size() - 1)).isEqualTo("COMMIT");
        assertThat(planned.notes().stream()
                        .filter(note -> note.kind() == ScriptNote.Kind.NOT_TRANSACTIONAL)
                        .map(note -> note.line() + " " + note.message().replaceFirst(" (in|outside).*", "")))
                .containsExactly(
                        "1 part 1 of 5: runs",
                        "3 part 2 of 5: runs",
                        "4 part 3 of 5: runs",
                        "5 part 4 of 5: runs",
                        "6 part 5 of 5: runs");
        if (store != TrackingStore.perSchema()) {
            return;
        }
        // The plan is what a deploy does: psql can run it.
        try (Connection connection = database.rawDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (List<String> part : List.of(planned.before(), sql, planned.after())) {
                for (String text : part) {
                    statement.execute(text);
                }
            }
        }
        assertThat(row()).isEqualTo("later work | finished");
    }
}
