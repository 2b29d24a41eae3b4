package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.DriftFix;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Remedy;
import dev.tenantmigrator.report.StructureClass;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A drifted tenant is brought to its definition, in one transaction. */
@PostgresTest
class DriftFixTest {

    private static final Migration ORDERS = Migration.of("2_orders", """
            CREATE TABLE public.orders (id serial PRIMARY KEY, amount integer NOT NULL CHECK (amount > 0), note text);
            CREATE INDEX orders_note ON public.orders (note);
            CREATE TABLE public.items (id serial PRIMARY KEY, order_id integer REFERENCES public.orders);
            CREATE VIEW public.amounts AS SELECT id, amount FROM public.orders;
            CREATE VIEW public.totals AS SELECT sum(amount) FROM public.amounts;
            CREATE FUNCTION public.total() RETURNS bigint LANGUAGE sql AS 'SELECT sum(amount) FROM public.orders';
            INSERT INTO public.orders (amount) VALUES (1), (2)""");

    private final TestDatabase database;
    private final TenantMigrator migrator;
    private String tenant = "";

    DriftFixTest(TestDatabase database) {
        this.database = database;
        this.migrator = Samples.with(database, MEMBERS, ORDERS);
    }

    @BeforeEach
    void create() {
        tenant = migrator.createTenant(TenantName.forUser("ada")).schema();
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    @Test
    void withoutConsentToLossesItOnlyAdds() {
        change("DROP INDEX orders_note; ALTER TABLE orders ADD extra text; DROP TABLE items");
        List<Difference> shown = differences();

        DriftFix fix = migrator.fixDrift(tenant, DriftOptions.defaults(), shown, false);

        assertThat(fix.schema()).isEqualTo(tenant);
        assertThat(fix.failures()).isEmpty();
        assertThat(fix.remaining())
                .extracting(Difference::description)
                .containsExactly("column orders.extra is unexpected");
        assertThat(fix.statements()).noneMatch(sql -> sql.contains("DROP"));
        assertThat(differences()).isEqualTo(fix.remaining());
        assertThat(migrator.fixDrift(tenant, DriftOptions.defaults(), differences(), true)
                        .remaining())
                .isEmpty();
        assertThat(migrator.drift(Tenants.all(), DriftOptions.defaults()).successful())
                .isTrue();
        assertThat(database.value("SELECT count(*) FROM " + tenant + ".orders")).isEqualTo("2");
    }

    @Test
    void objectsInTheWayAreMadeAgain() {
        change("DROP VIEW totals, amounts; ALTER TABLE orders ALTER amount TYPE bigint;"
                + " CREATE VIEW amounts AS SELECT id, amount FROM orders; CREATE VIEW totals AS SELECT sum(amount) FROM amounts;"
                + " CREATE VIEW own AS SELECT amount FROM totals, orders");

        DriftFix fix = migrator.fixDrift(tenant, DriftOptions.defaults(), differences(), true);

        assertThat(fix.remaining()).isEmpty();
        assertThat(fix.failures()).isEmpty();
        assertThat(database.value("SELECT sum FROM " + tenant + ".totals")).isEqualTo("3");
        assertThat(database.value("SELECT to_regclass('" + tenant + ".own') IS NULL"))
                .isEqualTo("true");
    }

    @Test
    void aColumnBecomesAnotherEnumAgain() {
        TenantMigrator enums = Samples.with(
                database,
                Migration.of(
                        "1",
                        "CREATE TYPE size AS ENUM ('s', 'm'); CREATE TABLE shirts (size size DEFAULT 'm', sizes size[])"));
        tenant = enums.createTenant(TenantName.forUser("bob")).schema();
        change("CREATE TYPE other AS ENUM ('m', 's', 'x'); INSERT INTO shirts VALUES ('s', '{m,s}');"
                + " ALTER TABLE shirts ALTER size DROP DEFAULT, ALTER size TYPE other USING size::text::other,"
                + " ALTER sizes TYPE other[] USING sizes::text[]::other[]");
        List<Difference> shown = enums.drift(Tenants.named(tenant), DriftOptions.defaults())
                .classes()
                .get(0)
                .differences();

        DriftFix fix = enums.fixDrift(tenant, DriftOptions.defaults(), shown, true);

        assertThat(fix.failures()).isEmpty();
        assertThat(fix.remaining()).isEmpty();
        assertThat(database.value("SELECT concat(size, sizes) FROM " + tenant + ".shirts"))
                .isEqualTo("s{m,s}");
    }

    @Test
    void anUnexpectedObjectInTheWayIsDroppedOnceAndNotMadeAgain() {
        change("DROP VIEW totals, amounts; ALTER TABLE orders ALTER amount TYPE bigint;"
                + " CREATE VIEW amounts AS SELECT id, amount FROM orders; CREATE VIEW own AS SELECT amount FROM amounts;"
                + " CREATE VIEW totals AS SELECT sum(amount) FROM own; CREATE VIEW mine AS SELECT amount FROM orders");

        assertThat(differences()).extracting(Difference::description).contains("view own is unexpected");
        DriftFix fix = migrator.fixDrift(tenant, DriftOptions.defaults(), differences(), true);

        assertThat(fix.remaining()).isEmpty();
        assertThat(fix.failures()).isEmpty();
        assertThat(fix.statements())
                .noneMatch(sql -> sql.startsWith("CREATE VIEW own") || sql.startsWith("CREATE VIEW mine"))
                .containsOnlyOnce("DROP VIEW own", "DROP VIEW mine");
        assertThat(database.value("SELECT sum FROM " + tenant + ".totals")).isEqualTo("3");
    }

    /** It is not dropped by itself, so it must be there afterwards. */
    @Test
    void anIgnoredObjectInTheWayIsMadeAgain() {
        change("DROP VIEW totals, amounts; ALTER TABLE orders ALTER amount TYPE bigint;"
                + " CREATE VIEW amounts AS SELECT id, amount FROM orders; CREATE VIEW totals AS SELECT sum(amount) FROM amounts;"
                + " CREATE VIEW own AS SELECT amount FROM totals, orders; CREATE VIEW mine AS SELECT amount FROM own");
        DriftOptions options = DriftOptions.defaults().ignoring(List.of("view own", "view mine"));
        List<Difference> shown =
                migrator.drift(Tenants.named(tenant), options).classes().get(0).differences();

        DriftFix fix = migrator.fixDrift(tenant, options, shown, true);

        assertThat(fix.remaining()).isEmpty();
        assertThat(fix.failures()).isEmpty();
        assertThat(database.value("SELECT count(*) FROM " + tenant + ".mine")).isEqualTo("2");
    }

    /** Its place among the columns is a note that no statement removes; others must not be dropped for it. */
    @Test
    void aColumnInAnotherPlaceCostsNothingElse() {
        change("ALTER TABLE orders DROP COLUMN amount CASCADE");

        DriftFix fix = migrator.fixDrift(tenant, DriftOptions.defaults(), differences(), true);

        // The rows have no amount, which the definition wants.
        assertThat(fix.remaining()).isNotEmpty();
        database.execute("DELETE FROM " + tenant + ".orders");
        fix = migrator.fixDrift(tenant, DriftOptions.defaults(), differences(), true);
        assertThat(fix.remaining()).extracting(Difference::kind).containsExactly("column order");
        assertThat(fix.failures()).isEmpty();
        change("ALTER TABLE orders DROP COLUMN note");
        fix = migrator.fixDrift(tenant, DriftOptions.defaults(), differences(), true);
        assertThat(fix.remaining()).isEmpty();
        assertThat(fix.statements()).noneMatch(sql -> sql.contains("DROP"));
    }

    @Test
    void aFunctionThatNamesTheTenantComesBack() {
        change("DROP FUNCTION total()");

        assertThat(migrator.fixDrift(tenant, DriftOptions.defaults(), differences(), false)
                        .remaining())
                .isEmpty();
        assertThat(database.value("SELECT " + tenant + ".total()")).isEqualTo("3");
    }

    @Test
    void aRenamedColumnOrTableIsHinted() {
        change("ALTER TABLE orders RENAME note TO remark; ALTER TABLE items RENAME TO things");
        assertThat(hints())
                .containsExactlyInAnyOrder(
                        "perhaps renamed: column orders.note -> orders.remark; a repair would make an empty one, so rename it"
                                + " back first: ALTER TABLE orders RENAME COLUMN remark TO note",
                        "perhaps renamed: table items -> things; a repair would make an empty one, so rename it back first:"
                                + " ALTER TABLE things RENAME TO items");
        change("ALTER TABLE orders ADD other text");
        assertThat(hints()).hasSize(1);
    }

    @Test
    void aRenamedObjectWithoutValuesIsHintedWithAStatementThatRuns() {
        TenantMigrator others = Samples.with(database, Migration.of("1", """
                CREATE TYPE mood AS ENUM ('good', 'bad');
                CREATE TABLE days (id integer CONSTRAINT positive CHECK (id > 0), mood mood, note text);
                CREATE INDEX days_mood ON days (mood);
                CREATE VIEW good AS SELECT id FROM days WHERE mood = 'good';
                CREATE MATERIALIZED VIEW bad AS SELECT id FROM days WHERE mood = 'bad'"""));
        tenant = others.createTenant(TenantName.forUser("bob")).schema();
        change(
                "ALTER TABLE days RENAME CONSTRAINT positive TO \"above 0\"; ALTER INDEX days_mood RENAME TO by_mood;"
                        + " ALTER VIEW good RENAME TO better; ALTER MATERIALIZED VIEW bad RENAME TO worse; ALTER TYPE mood RENAME TO temper");

        List<StructureClass.Hint> hints = others.drift(Tenants.named(tenant), DriftOptions.defaults())
                .classes()
                .get(0)
                .hints();

        String instead = "; rename it back instead of making it again: ";
        assertThat(hints)
                .extracting(StructureClass.Hint::message)
                .contains(
                        "perhaps renamed: constraint days.positive -> days.\"above 0\"" + instead
                                + "ALTER TABLE days RENAME CONSTRAINT \"above 0\" TO positive",
                        "perhaps renamed: index days_mood -> by_mood" + instead
                                + "ALTER INDEX by_mood RENAME TO days_mood",
                        "perhaps renamed: enum mood -> temper" + instead + "ALTER TYPE temper RENAME TO mood");
        change("ALTER TYPE temper RENAME TO mood");
        others.drift(Tenants.named(tenant), DriftOptions.defaults()).classes().get(0).hints().stream()
                .map(hint -> hint.remedy())
                .forEach(remedy -> change(((Remedy.Rename) remedy).sql()));
        assertThat(others.drift(Tenants.named(tenant), DriftOptions.defaults()).classes())
                .flatExtracting(StructureClass::differences)
                .isEmpty();
    }

    @Test
    void theIndexesOfARenamedTableComeAndGoWithIt() {
        change("DROP VIEW totals, amounts; ALTER TABLE items DROP CONSTRAINT items_order_id_fkey;"
                + " ALTER TABLE orders RENAME TO old; CREATE INDEX items_order ON items (order_id)");

        assertThat(differences())
                .extracting(Difference::description)
                .doesNotContain("index orders_note is missing", "index orders_note is unexpected")
                .noneMatch(text -> text.startsWith("index orders_note"));
        change("ALTER TABLE old RENAME note TO remark; DROP INDEX orders_note; CREATE INDEX orders_note ON items (id)");
        assertThat(differences())
                .extracting(Difference::description)
                .contains("index orders_note is unexpected", "table orders is missing", "table old is unexpected");
        assertThat(migrator.fixDrift(tenant, DriftOptions.defaults(), differences(), true)
                        .remaining())
                .isEmpty();
    }

    /** Its rows are under the other name; an empty one would be made, and the full one dropped. */
    @Test
    void aRenamedColumnOrTableIsNotRepaired() {
        change("INSERT INTO items (order_id) VALUES (1); UPDATE orders SET note = 'x' WHERE id = 1");
        for (String rename :
                List.of("ALTER TABLE orders RENAME note TO remark", "ALTER TABLE items RENAME TO things")) {
            change(rename);
            List<Difference> found = differences();
            for (boolean destructive : List.of(false, true)) {
                assertThatThrownBy(() -> migrator.fixDrift(tenant, DriftOptions.defaults(), found, destructive))
                        .isInstanceOf(TenantMigratorException.class)
                        .hasMessageContainingAll(
                                "nothing was changed", "perhaps renamed", "rename it back first", "by hand");
            }
            assertThat(differences()).isEqualTo(found);
            assertThat(migrator.drift(Tenants.all(), DriftOptions.defaults())
                            .classes()
                            .get(0)
                            .steps())
                    .isNotEmpty()
                    .allMatch(step ->
                            step.statements().isEmpty() || step.leftOut().isPresent());
            change(
                    rename.startsWith("ALTER TABLE orders")
                            ? "ALTER TABLE orders RENAME remark TO note"
                            : "ALTER TABLE things RENAME TO items");
            assertThat(differences()).isEmpty();
        }
    }

    @Test
    void anEmptyColumnThatMayHaveBeenRenamedIsReplaced() {
        change("ALTER TABLE orders RENAME note TO remark");

        DriftFix fix = migrator.fixDrift(tenant, DriftOptions.defaults(), differences(), true);

        assertThat(fix.failures()).isEmpty();
        assertThat(fix.remaining()).isEmpty();
    }

    /** All of its objects count as unexpected. */
    @Test
    void aTenantThatLostItsRecordIsNotRepaired() {
        for (String lost : List.of("version = '2_orders'", "true")) {
            String kept = database.value(
                    "SELECT string_agg(format('(%L, %L, %L)', version, applied_at, checksum), ', ' ORDER BY id) FROM "
                            + tenant + ".schema_migrations WHERE " + lost);
            database.execute("DELETE FROM " + tenant + ".schema_migrations WHERE " + lost);
            assertThat(hints())
                    .hasSize(kept.split("\\), \\(").length)
                    .allSatisfy(hint -> assertThat(hint).startsWith("the structure is as version 2_orders gives it"))
                    .last()
                    .isEqualTo("the structure is as version 2_orders gives it, which is not recorded");
            assertThatThrownBy(() -> migrator.fixDrift(tenant, DriftOptions.defaults(), differences(), true))
                    .isInstanceOf(TenantMigratorException.class)
                    .hasMessageContainingAll("nothing was changed", "repair mark-applied 2_orders " + tenant);
            database.execute(
                    "INSERT INTO " + tenant + ".schema_migrations (version, applied_at, checksum) VALUES " + kept);
            assertThat(differences()).isEmpty();
        }
    }

    @Test
    void aVersionWithoutItsRecordIsHinted() {
        database.execute("DELETE FROM " + tenant + ".schema_migrations WHERE version = '2_orders'");
        assertThat(hints()).containsExactly("the structure is as version 2_orders gives it, which is not recorded");
        assertThat(migrator.verify(Tenants.named(tenant))
                        .withStructure(migrator.drift(Tenants.named(tenant), DriftOptions.defaults()))
                        .of(TenantOutcome.Drifted.class)
                        .get(0)
                        .findings())
                .filteredOn(finding -> finding.severity() == Finding.Severity.WARNING)
                .flatExtracting(Finding::remedies)
                .containsExactly(new Remedy.Correct(new Repair.MarkApplied("2_orders")));
        change("DROP VIEW totals");
        assertThat(hints()).isEmpty();
    }

    @Test
    void aPatternWithoutAKindIsRefused() {
        for (String pattern : List.of("indexes own_*", "own_*", "tabl", "index")) {
            assertThatThrownBy(() -> migrator.drift(
                            Tenants.all(), DriftOptions.defaults().ignoring(List.of(pattern))))
                    .hasMessageContaining("\"" + pattern + "\" names no kind of object")
                    .hasMessageContaining("materialized view, ");
        }
        List<String> good = List.of("index own_*", "materialized view *", "*", "ind*", "?able x");
        assertThat(migrator.drift(Tenants.all(), DriftOptions.defaults().ignoring(good))
                        .successful())
                .isTrue();
    }

    /** The index cannot be made before the column has its type, and that cannot be while a row forbids it. */
    @Test
    void theFirstCauseIsInTheMessage() {
        change(
                "DROP VIEW totals, amounts; ALTER TABLE orders DROP CONSTRAINT orders_amount_check, ALTER amount TYPE text;"
                        + " UPDATE orders SET amount = 'x'");

        DriftFix fix = migrator.fixDrift(tenant, DriftOptions.defaults(), differences(), true);

        assertThat(fix.failures())
                .extracting(Failure::message)
                .anyMatch(message -> message.contains("invalid input syntax"));
    }

    private List<String> hints() {
        return migrator.drift(Tenants.named(tenant), DriftOptions.defaults()).classes().get(0).hints().stream()
                .map(StructureClass.Hint::message)
                .toList();
    }

    /** Whoever repairs need not own the tenant: the owner's privileges are the owner's. */
    @Test
    void theOwnersPrivilegesComeBackToTheOwner() {
        change("REVOKE INSERT, DELETE ON orders FROM CURRENT_USER; GRANT UPDATE (amount) ON amounts TO CURRENT_USER;"
                + " REVOKE EXECUTE ON FUNCTION total() FROM CURRENT_USER; REVOKE CREATE ON SCHEMA " + tenant
                + " FROM CURRENT_USER; ALTER DEFAULT PRIVILEGES IN SCHEMA " + tenant
                + " GRANT SELECT ON TABLES TO PUBLIC");
        TenantMigrator superuser = TenantMigrator.builder(database.superuserDataSource())
                .migrations(MigrationSource.of(MEMBERS, ORDERS))
                .build();
        List<Difference> shown = superuser
                .drift(Tenants.named(tenant), DriftOptions.defaults())
                .classes()
                .get(0)
                .differences();
        assertThat(shown).hasSize(5);

        DriftFix fix = superuser.fixDrift(tenant, DriftOptions.defaults(), shown, true);

        assertThat(fix.failures()).isEmpty();
        assertThat(fix.remaining()).isEmpty();
        assertThat(fix.statements())
                .hasSize(5)
                .allMatch(sql -> sql.contains(database.user()) && !sql.contains("CURRENT_USER"));
        assertThat(database.value("SELECT has_table_privilege('" + tenant + ".orders', 'INSERT, DELETE')"))
                .isEqualTo("true");
        assertThat(differences()).isEmpty();
    }

    @Test
    void otherDifferencesThanThoseShownAreRefused() {
        change("DROP INDEX orders_note");
        List<Difference> shown = differences();
        change("ALTER TABLE orders ADD extra text");

        assertThatThrownBy(() -> migrator.fixDrift(tenant, DriftOptions.defaults(), shown, true))
                .hasMessageContaining("the differences changed since they were shown; nothing was changed");
        assertThat(differences()).hasSize(2);
    }

    @Test
    void whatRowsForbidIsSaid() {
        change("ALTER TABLE orders DROP CONSTRAINT orders_amount_check; INSERT INTO orders (amount) VALUES (-77);"
                + " DROP INDEX orders_note");

        DriftFix fix = migrator.fixDrift(tenant, DriftOptions.defaults(), differences(), true);

        assertThat(fix.remaining()).extracting(Difference::object).containsExactly("orders.orders_amount_check");
        assertThat(fix.failures())
                .extracting(Failure::message)
                .singleElement()
                .asString()
                .contains("orders_amount_check", "violated by some row")
                .doesNotContain("-77");
        assertThat(fix.failures().get(0).tenant()).contains(tenant);
    }

    @Test
    void theTenantMustBeFreeAndThere() throws SQLException {
        change("DROP INDEX orders_note");
        List<Difference> shown = differences();
        try (Connection other = database.connection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("INSERT INTO " + tenant + ".orders (amount) VALUES (1)");
            TenantMigrator hasty = Samples.migrator(database, MEMBERS, ORDERS)
                    .lockTimeout(Duration.ofMillis(100))
                    .build();
            DriftFix fix = hasty.fixDrift(tenant, DriftOptions.defaults(), shown, false);
            assertThat(fix.remaining()).hasSize(1);
            assertThat(fix.failures())
                    .singleElement()
                    .extracting(Failure::message)
                    .asString()
                    .contains("lock timeout", "held by server process", "pg_terminate_backend");
            other.rollback();
            other.setAutoCommit(true);
        }
        assertThatThrownBy(() -> migrator.fixDrift("nobody", DriftOptions.defaults(), shown, false))
                .isInstanceOf(TenantNotFoundException.class);
    }

    private void change(String sql) {
        database.execute("SET search_path TO " + tenant + "; " + sql + "; RESET search_path");
    }

    private List<Difference> differences() {
        DriftReport report = migrator.drift(Tenants.named(tenant), DriftOptions.defaults());
        assertThat(report.unknown()).isEmpty();
        return report.classes().get(0).differences();
    }
}
