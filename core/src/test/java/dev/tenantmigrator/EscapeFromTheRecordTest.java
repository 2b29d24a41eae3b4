package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Code that a migration put on its tenant's tracking table, and rows that the library writes there outside of any script. */
@PostgresTest
class EscapeFromTheRecordTest extends TwoTenants {

    private static final String DOWN = "VACUUM notes; DROP INDEX CONCURRENTLY notes_body";

    private static final Migration INDEX =
            Migration.of("20240202_index", "CREATE INDEX CONCURRENTLY notes_body ON notes (body)", DOWN);

    private static final Migration PARTS = Migration.of(
            "20240202_parts",
            "ALTER TABLE notes ADD COLUMN at date; CREATE INDEX CONCURRENTLY notes_body ON notes (body);"
                    + " ALTER TABLE notes ADD COLUMN late date",
            DOWN + "; ALTER TABLE notes DROP COLUMN at, DROP COLUMN late");

    EscapeFromTheRecordTest(TestDatabase database) {
        super(database);
    }

    /** A migration whose trigger does something when a later row is written. */
    private static Migration arms(String trigger, String condition, String evil) {
        return Migration.of("20240201_arms", """
                CREATE FUNCTION early() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $f$ DECLARE q text := %3$s; BEGIN
                    EXECUTE q; RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END $f$;
                CREATE %1$s ON schema_migrations %2$s EXECUTE FUNCTION early()""".formatted(
                        trigger,
                        condition.isEmpty()
                                ? "FOR EACH ROW"
                                : (trigger.startsWith("CONSTRAINT") ? "DEFERRABLE INITIALLY DEFERRED " : "")
                                        + "FOR EACH ROW WHEN (" + condition + ")",
                        HiddenSql.expression(evil)));
    }

    private FleetReport deploy(Migration arms, Migration later) {
        return Samples.with(database, MEMBERS, NOTES, arms, later).deploy(Tenants.named(a));
    }

    private String evil() {
        return "INSERT INTO " + b + ".team_member (id, name) VALUES ('00000000-0000-0000-0000-000000000001', 'evil')";
    }

    private void assertRefused(FleetReport report, String version, String object) {
        assertThat(report.failed()).as(report.toString()).hasSize(1);
        Failure failure = report.failed().get(0).failure();
        assertThat(failure.version()).contains(version);
        assertThat(failure.tenant()).contains(a);
        assertThat(failure.message()).contains("tracking table", object, "outside of its tenant's schema");
        assertThat(database.value("SELECT count(*) FROM " + b + ".team_member")).isEqualTo("0");
    }

    private boolean hasIndex() {
        return Boolean.parseBoolean(database.value("SELECT to_regclass('" + a + ".notes_body') IS NOT NULL"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TRIGGER early BEFORE INSERT",
                "TRIGGER early AFTER INSERT",
                "CONSTRAINT TRIGGER early AFTER INSERT"
            })
    void theMarkThatAScriptBeganReachesNoOtherTenant(String trigger) {
        FleetReport report = deploy(arms(trigger, "NEW.applied_at IS NULL", evil()), INDEX);

        assertRefused(report, INDEX.version(), "table " + b + ".team_member");
        assertThat(hasIndex()).isFalse();
        assertThat(report.failed().get(0).failure().message()).contains("nothing of the script was kept");
    }

    @Test
    void aTriggerThatRunsWhenTheRowIsFinishedReachesNoOtherTenant() {
        Migration arms = arms("TRIGGER early AFTER UPDATE", "NEW.version LIKE '%index'", evil());

        FleetReport report = deploy(arms, INDEX);

        assertRefused(report, INDEX.version(), "table " + b + ".team_member");
        assertThat(hasIndex()).isTrue();
        assertThat(report.failed().get(0).failure().message())
                .contains("earlier statements are kept; the next deploy continues with it");

        database.execute("DROP TRIGGER early ON " + a + ".schema_migrations");
        deploy(arms, INDEX).throwIfFailed();
    }

    @ParameterizedTest
    @CsvSource({"begun, false", "done, true"})
    void theMarksBetweenPartsReachNoOtherTenant(String mark, boolean indexed) {
        FleetReport report = deploy(
                arms("TRIGGER early AFTER UPDATE", "NEW.description LIKE '%part 2 of 3 " + mark + "%'", evil()), PARTS);

        assertRefused(report, PARTS.version(), "table " + b + ".team_member");
        assertThat(hasIndex()).isEqualTo(indexed);
        assertThat(report.failed().get(0).failure().message()).contains("part 1 is done and stays");
    }

    @Test
    void theMarkThatIsTakenBackReachesNoOtherTenant() {
        Migration fails = Migration.of("20240202_fails", "CREATE INDEX CONCURRENTLY late ON notes (nowhere)");

        FleetReport report = deploy(arms("TRIGGER early BEFORE DELETE", "OLD.version LIKE '%fails'", evil()), fails);

        assertThat(report.failed()).hasSize(1);
        assertThat(report.failed().get(0).failure().message()).contains("nowhere");
        assertThat(database.value("SELECT count(*) FROM " + b + ".team_member")).isEqualTo("0");
    }

    @ParameterizedTest
    @CsvSource({
        "BEFORE UPDATE, NEW.applied_at IS NULL AND NEW.description LIKE '%rollback%'",
        "AFTER DELETE, OLD.version LIKE '%index'"
    })
    void theMarksOfARollbackReachNoOtherTenant(String event, String condition) {
        Migration arms = arms("TRIGGER early " + event, condition, evil());
        deploy(arms, INDEX).throwIfFailed();

        FleetReport report =
                Samples.with(database, MEMBERS, NOTES, arms, INDEX).rollback(Tenants.named(a), INDEX.version());

        assertRefused(report, INDEX.version(), "table " + b + ".team_member");
        assertThat(database.values("SELECT version FROM " + a + ".schema_migrations"))
                .contains(INDEX.version());
    }

    /** Changes that take no lock, or leave an object that no text names. */
    @Test
    void changesOfEveryKindAreSeen() {
        for (String evil : new String[] {
            "ALTER FUNCTION " + b + ".g() COST 7",
            "CREATE TABLE " + b + ".evil ()",
            "CREATE FUNCTION " + b + ".evil() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "ALTER TYPE public.mood RENAME TO rage",
            "DROP TABLE " + b + ".notes"
        }) {
            String tenant = a;
            a = Samples.create(database, "c", MEMBERS, NOTES);
            assertRefused(
                    deploy(arms("TRIGGER early AFTER INSERT", "NEW.applied_at IS NULL", evil), INDEX),
                    INDEX.version(),
                    evil.contains("public.mood") ? "type public.rage" : b);
            a = tenant;
        }
    }

    @Test
    void aRuleReachesNoOtherTenant() {
        Migration arms = Migration.of("20240201_arms", """
                CREATE FUNCTION early() RETURNS int LANGUAGE plpgsql AS $f$ DECLARE q text := %s; BEGIN EXECUTE q; RETURN 1; END $f$;
                CREATE RULE early AS ON UPDATE TO schema_migrations DO ALSO SELECT early()""".formatted(HiddenSql.expression(evil())));

        assertRefused(deploy(arms, INDEX), INDEX.version(), "table " + b + ".team_member");
    }

    /** Without the row, nobody would know that the part was begun. */
    @Test
    void aTriggerThatKeepsTheMarkFromBeingWrittenStopsTheScript() {
        Migration arms = Migration.of("20240201_arms", """
                CREATE FUNCTION early() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RETURN NULL; END $f$;
                CREATE TRIGGER early BEFORE INSERT ON schema_migrations
                    FOR EACH ROW WHEN (NEW.applied_at IS NULL) EXECUTE FUNCTION early()""");

        FleetReport report = deploy(arms, INDEX);

        assertThat(report.failed()).hasSize(1);
        Failure failure = report.failed().get(0).failure();
        assertThat(failure.message()).contains("tracking table");
        assertThat(failure.version()).contains(INDEX.version());
        assertThat(hasIndex()).isFalse();
    }

    /** The session keeps the tenant's lock, which shows others that the script runs. */
    @Test
    void aTriggerThatChangesNothingElsewhereDoesNotDisturb() {
        Migration arms = arms(
                "TRIGGER early AFTER INSERT",
                "NEW.applied_at IS NULL",
                "INSERT INTO " + a + ".notes (body) SELECT 'seen' FROM pg_advisory_unlock_all()");

        deploy(arms, INDEX).throwIfFailed();

        assertThat(database.values("SELECT body FROM " + a + ".notes")).containsExactly("seen");
        assertThat(hasIndex()).isTrue();
        database.assertNoLeaks();
    }

    @Test
    void aRepairNamesTheObject() {
        Migration arms = arms("TRIGGER early BEFORE DELETE", "OLD.version LIKE '%index'", evil());
        deploy(arms, INDEX).throwIfFailed();

        FleetReport report = Samples.with(database, MEMBERS, NOTES, arms, INDEX)
                .repair(Tenants.named(a), new Repair.MarkNotApplied(INDEX.version()));

        assertRefused(report, INDEX.version(), "table " + b + ".team_member");
    }

    /**
     * Planning a query evaluates the constant parts of a table's index expressions, so reading the tracking table can run code. Armed
     * by a row that the application writes later.
     */
    @Test
    void readingTheRecordReachesNoOtherTenant() {
        Migration arms = Migration.of(
                "20240201_arms",
                """
                CREATE FUNCTION really() RETURNS int LANGUAGE plpgsql AS $f$ DECLARE q text := %s; BEGIN
                    IF (SELECT count(*) FROM public.notes) > 0 THEN EXECUTE q; END IF; RETURN 1; END $f$;
                CREATE FUNCTION early(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $f$ BEGIN RETURN public.really(); END $f$;
                %s""".formatted(
                        HiddenSql.expression(evil()),
                        HIDDEN.formatted(HiddenSql.expression("CREATE INDEX early ON schema_migrations ((early(1)))"))),
                "SELECT 1");
        Samples.with(database, MEMBERS, NOTES, arms).deploy(Tenants.named(a)).throwIfFailed();
        database.execute("INSERT INTO " + a + ".notes (body) VALUES ('armed')");
        TenantMigrator migrator = Samples.migrator(database, MEMBERS, NOTES, arms, INDEX)
                .requiredTables("lost")
                .build();

        for (Supplier<Object> read : List.<Supplier<Object>>of(
                () -> migrator.status(),
                () -> migrator.verify(),
                () -> migrator.plan(Tenants.all()),
                () -> migrator.deployAll(),
                () -> migrator.rollback(Tenants.named(a), arms.version()),
                () -> migrator.repair(Tenants.named(a), new Repair.FillChecksums()),
                () -> migrator.backfill(Tenants.named(a)),
                () -> migrator.moveTracking(TrackingStore.fleet()))) {
            assertThat(read.get().toString()).contains("read-only transaction");
            assertThat(database.value("SELECT count(*) FROM " + b + ".team_member"))
                    .isEqualTo("0");
        }
        database.execute("DROP INDEX " + a + ".early; DROP SCHEMA tenant_migrator_fleet CASCADE");
    }
}
