package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.PlannedMigration;
import dev.tenantmigrator.report.ScriptNote;
import dev.tenantmigrator.report.TenantPlan;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A plan of a version that was started shows what a deploy would still do. */
@PostgresTest
class UnfinishedPlanTest extends MixedFile {

    private static final String UP = """
            INSERT INTO seen VALUES ('once');
            CREATE INDEX CONCURRENTLY item_code ON item (code);
            INSERT INTO seen SELECT 'then' WHERE 1 / (SELECT count(*) FROM item) = 1;
            DROP INDEX CONCURRENTLY item_at""";

    private static final String INDEXES = """
            INSERT INTO seen VALUES ('once');
            CREATE INDEX CONCURRENTLY item_code ON item (code);
            DROP INDEX CONCURRENTLY item_at;
            CREATE UNIQUE INDEX CONCURRENTLY item_unique ON item (code);
            VACUUM item;
            INSERT INTO seen VALUES ('end')""";

    UnfinishedPlanTest(TestDatabase database) {
        super(database);
    }

    private TenantPlan plan(Migration later) {
        return with(TABLES, later).plan(Tenants.all()).tenants().get(0);
    }

    private static List<String> statements(PlannedMigration plan) {
        return Stream.of(
                        plan.before().stream(),
                        plan.statements().stream().map(SqlStatement::sql),
                        plan.after().stream())
                .flatMap(statements -> statements)
                .toList();
    }

    private void run(PlannedMigration plan) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET ROLE " + database.user());
            for (String sql : statements(plan)) {
                statement.execute(sql);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("stores")
    void leavesOutThePartsThatAreDone(TrackingStore store) throws SQLException {
        create(store, TABLES);
        Migration later = later(UP);
        assertThat(deploy(later).failed()).hasSize(1);
        String before = row();

        PlannedMigration plan = plan(later).migrations().get(0);

        assertThat(row()).isEqualTo(before);
        assertThat(statements(plan)).noneMatch(sql -> sql.contains("'once'") || sql.contains("item_code"));
        assertThat(plan.statements()).anyMatch(sql -> sql.sql().contains("'then'") && sql.line() == 3);
        assertThat(plan.notes())
                .first()
                .isEqualTo(new ScriptNote(
                        ScriptNote.Kind.NOT_TRANSACTIONAL,
                        2,
                        "parts 1 to 2 of 4, up to here, are done already, and are not in this plan"));
        assertThat(plan.notes()).noneMatch(note -> note.line() == 1);
        if (store instanceof DocumentStore) {
            return;
        }
        database.execute("INSERT INTO " + tenant + ".item (id) VALUES (1)");
        run(plan);
        assertThat(row()).isEqualTo("later work | finished");
        assertThat(seen()).containsExactly("once", "then");
        assertThat(index("item_at")).isEmpty();
        assertThat(deploy(later).failed()).isEmpty();
    }

    @Test
    void leavesOutTheStatementsThatAreDoneOfAPartThatWasBegun() throws SQLException {
        create(store, TABLES);
        database.execute("INSERT INTO " + tenant + ".item (id, code) VALUES (1, 'x'), (2, 'x')");
        Migration later = later(INDEXES);
        assertThat(deploy(later).failed()).hasSize(1);
        assertThat(progress()).isEqualTo("later work [part 2 of 3 begun] | started");

        PlannedMigration plan = plan(later).migrations().get(0);

        assertThat(statements(plan)).noneMatch(sql -> sql.contains("item_code") || sql.contains("item_at"));
        assertThat(plan.notes()).extracting(ScriptNote::line).startsWith(1, 2, 3);
        assertThat(plan.notes().get(1).message()).isEqualTo("the statement is done already, and is not in this plan");
        database.execute("DELETE FROM " + tenant + ".item WHERE id = 2");
        run(plan);
        assertThat(row()).isEqualTo("later work | finished");
        assertThat(seen()).containsExactly("end", "once");
        assertThat(index("item_unique")).isEqualTo("valid");
    }

    @Test
    void removesWhatAnInterruptedStatementLeft() throws SQLException {
        create(store, TABLES);
        database.execute("INSERT INTO " + tenant + ".item (id, code) VALUES (1, 'x'), (2, 'x')");
        Migration later = later(INDEXES);
        assertThat(deploy(later).failed()).hasSize(1);
        try (Connection superuser = database.superuserDataSource().getConnection();
                Statement statement = superuser.createStatement()) {
            statement.execute(
                    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = '" + tenant + ".item_code'::regclass");
        }

        PlannedMigration plan = plan(later).migrations().get(0);

        assertThat(index("item_code")).isEqualTo("INVALID");
        database.execute("DELETE FROM " + tenant + ".item WHERE id = 2");
        run(plan);
        assertThat(index("item_code")).isEqualTo("valid");
        assertThat(row()).isEqualTo("later work | finished");
    }

    /** A deploy drops the index that it finds, and creates it again. */
    @Test
    void showsAStatementAgainThatAnEarlierOneMakesNecessary() throws SQLException {
        create(store, TABLES);
        Migration later = later("DROP INDEX CONCURRENTLY item_at; CREATE INDEX CONCURRENTLY item_at ON item (at, id);"
                + " VACUUM nowhere");
        assertThat(deploy(later).failed()).hasSize(1);
        Migration fixed = later(later.up().text().replace("nowhere", "item"));
        database.execute(
                "UPDATE " + tenant + ".schema_migrations SET checksum = ? WHERE version = ?",
                fixed.up().checksum(),
                fixed.version());

        PlannedMigration plan = plan(fixed).migrations().get(0);
        run(plan);

        assertThat(index("item_at")).isEqualTo("valid");
        assertThat(row()).isEqualTo("later work | finished");
    }

    @Test
    void saysWhyADeployWouldNotContinue() {
        create(store, TABLES);
        assertThat(deploy(later(UP)).failed()).hasSize(1);
        Migration edited = later(UP.replace("once", "twice"));
        with(TABLES, edited)
                .repair(Tenants.all(), new Repair.AcceptChecksum(edited.version()))
                .throwIfFailed();

        TenantPlan plan = plan(edited);

        assertThat(plan.migrations()).isEmpty();
        assertThat(plan.failure().orElseThrow().message()).contains("the file was edited in what is done");
        assertThat(plan.failure().orElseThrow().tenant()).contains(tenant);
    }
}
