package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.StructureClass;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tenants are compared with the structure that their own recorded versions give. */
@PostgresTest
class DriftTest {

    private static final Migration FUNCTIONS = Migration.of("3_functions", """
            CREATE FUNCTION public.members() RETURNS bigint LANGUAGE sql SET search_path = public AS
                'SELECT count(*) FROM public.team_member';
            CREATE VIEW public.member_names AS SELECT name, 'public.team_member'::regclass AS class FROM public.team_member;
            COMMENT ON TABLE public.team_member IS 'in public.team_member'""");

    private final TestDatabase database;

    DriftTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    @Test
    void tenantsThatWereMadeByTheirMigrationsAreAsDefined() {
        List<String> schemas = List.of(
                Samples.create(database, "a", MEMBERS),
                Samples.create(database, "b", MEMBERS, NOTES, FUNCTIONS),
                Samples.create(database, "c d\"e", MEMBERS, NOTES, FUNCTIONS),
                Samples.create(database, "select", MEMBERS, NOTES));

        DriftReport report = drift();

        assertThat(report.unknown()).isEmpty();
        assertThat(report.classes()).extracting(StructureClass::differences).containsExactly(List.of());
        assertThat(report.classes().get(0).tenants()).containsExactlyInAnyOrderElementsOf(schemas);
        assertThat(report.successful()).isTrue();
    }

    @Test
    void tenantsThatDifferAlikeAreOneClass() {
        for (int i = 0; i < 7; i++) {
            Samples.create(database, "t" + i, MEMBERS, NOTES, FUNCTIONS);
        }
        List<String> tenants = Samples.with(database, MEMBERS).tenants();
        for (String schema : tenants.subList(0, 2)) {
            database.execute("ALTER TABLE %s.team_member ADD COLUMN phone text".formatted(schema));
        }
        for (String schema : tenants.subList(2, 5)) {
            database.execute(
                    "CREATE OR REPLACE FUNCTION %1$s.members() RETURNS bigint LANGUAGE sql SET search_path = %1$s AS "
                                    .formatted(schema)
                            + "'SELECT count(*) + 1 FROM " + schema + ".team_member'");
        }

        DriftReport report = drift();

        assertThat(report.classes()).extracting(one -> one.tenants().size()).containsExactly(2, 3, 2);
        assertThat(report.classes().get(0).differences()).isEmpty();
        assertThat(report.classes().get(1).differences())
                .extracting(Difference::attribute)
                .containsExactly(Optional.of("body"), Optional.of("settings"));
        assertThat(report.classes().get(2).differences())
                .extracting(Difference::description)
                .containsExactly("column team_member.phone is unexpected");
        assertThat(report.successful()).isFalse();
        assertThat(migrator().verify().withStructure(report).of(TenantOutcome.Drifted.class))
                .hasSize(5);
    }

    @Test
    void whatIsPendingIsNoDriftAndColumnsInAnotherOrderAreANote() {
        String behind = Samples.create(database, "behind", MEMBERS);
        String other = Samples.create(database, "other", MEMBERS);
        database.execute(
                "ALTER TABLE %1$s.team_member ADD id2 uuid; UPDATE %1$s.team_member SET id2 = id; ALTER TABLE %1$s.team_member DROP id; ALTER TABLE %1$s.team_member RENAME id2 TO id; ALTER TABLE %1$s.team_member ALTER id SET DEFAULT public.uuid_generate_v4(), ADD PRIMARY KEY (id)"
                        .formatted(other));

        DriftReport report = drift();

        assertThat(report.successful()).isTrue();
        assertThat(report.classes())
                .extracting(StructureClass::tenants)
                .containsExactly(List.of(behind), List.of(other));
        assertThat(report.classes().get(1).differences())
                .extracting(Difference::description)
                .containsExactly("column order team_member: order is name, id, defined as id, name");
        assertThat(report.classes().get(1).differences().get(0).statements()).isEmpty();
        assertThat(migrator().verify().withStructure(report).of(TenantOutcome.Pending.class))
                .hasSize(2);
    }

    @Test
    void aTenantThatCannotBeComparedIsUnknown() {
        Migration edited = Migration.of(MEMBERS.version(), "CREATE TABLE public.other (id int)");
        String tenant = Samples.create(database, "edited", edited);
        String ahead = Samples.create(database, "ahead", MEMBERS, NOTES, FUNCTIONS, Migration.of("9", "SELECT 1"));
        String fine = Samples.create(database, "fine", MEMBERS);
        String hidden = Samples.create(database, "hidden", MEMBERS);

        DriftReport report = drift();

        assertThat(report.unknown()).containsOnlyKeys(tenant, ahead);
        assertThat(report.unknown().get(tenant).message()).contains("was edited");
        assertThat(report.unknown().get(ahead).message()).contains("newer than the newest file");
        assertThat(report.successful()).isFalse();
        assertThat(migrator().verify().withStructure(report).of(TenantOutcome.Unhealthy.class))
                .extracting(TenantOutcome::schema)
                .contains(tenant, ahead);
        assertThat(report.classes())
                .singleElement()
                .extracting(StructureClass::tenants)
                .isEqualTo(List.of(fine, hidden));

        String missing = "missing_00000000";
        assertThat(migrator()
                        .drift(Tenants.named(missing), DriftOptions.defaults())
                        .unknown())
                .containsOnlyKeys(missing);
    }

    @Test
    void aMigrationThatCannotRunInTheScratchSchemaMakesItsTenantsUnknown() {
        Migration once = Migration.of(
                "4_once",
                "DO $$BEGIN IF current_schema() LIKE 'tenant\\_migrator%' THEN RAISE 'not here'; END IF; END$$");
        String tenant = Samples.create(database, "a", MEMBERS, once);

        DriftReport report = Samples.with(database, MEMBERS, once).drift(Tenants.all(), DriftOptions.defaults());

        assertThat(report.unknown()).containsOnlyKeys(tenant);
        assertThat(report.unknown().get(tenant).message()).contains("not here");
    }

    @Test
    void whatMeansSomethingElseIsFound() {
        Migration code = Migration.of("5_code", """
                CREATE FUNCTION public.role_of(r text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN r = $$ADMIN$$; END';
                CREATE FUNCTION public.app_mode() RETURNS int LANGUAGE sql SET application_name = 'ADMIN' AS 'SELECT 1';
                CREATE TABLE public.p (id int PRIMARY KEY) PARTITION BY RANGE (id);
                CREATE TABLE public.p1 PARTITION OF public.p FOR VALUES FROM (0) TO (9)""");
        String tenant = Samples.create(database, "a", MEMBERS, code);
        database.execute(
                "SET search_path TO " + tenant
                        + "; CREATE OR REPLACE FUNCTION role_of(r text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN r = $$admin$$; END';"
                        + " ALTER FUNCTION app_mode() SET application_name = 'admin';"
                        + " ALTER TABLE p DROP CONSTRAINT p_pkey; ALTER TABLE ONLY p ADD CONSTRAINT p_pkey PRIMARY KEY (id); RESET search_path");

        DriftReport report = Samples.with(database, MEMBERS, code).drift(Tenants.all(), DriftOptions.defaults());

        assertThat(report.classes().get(0).differences())
                .extracting(difference ->
                        difference.object() + " " + difference.attribute().orElse(""))
                .contains("role_of(text) body", "app_mode() settings", "p.p_pkey in force");
    }

    @Test
    void aComparisonCreatesNoExtension() {
        String tenant = Samples.create(database, "a", MEMBERS);

        DriftReport report = Samples.migrator(database, MEMBERS)
                .extensions("fuzzystrmatch")
                .build()
                .drift(Tenants.all(), DriftOptions.defaults());

        assertThat(report.classes())
                .singleElement()
                .extracting(StructureClass::tenants)
                .isEqualTo(List.of(tenant));
        assertThat(database.value("SELECT count(*) FROM pg_extension WHERE extname = 'fuzzystrmatch'"))
                .isEqualTo("0");
    }

    @Test
    void optionsLeaveOutAndCompareWithAnotherTenant() {
        String one = Samples.create(database, "one", MEMBERS, NOTES, FUNCTIONS);
        String two = Samples.create(database, "two", MEMBERS, NOTES, FUNCTIONS);
        database.execute(
                "GRANT SELECT ON %1$s.notes TO PUBLIC; CREATE INDEX own_index ON %1$s.notes (body)".formatted(two));

        assertThat(drift().classes()).hasSize(2);
        DriftOptions ignoring = DriftOptions.defaults().ignoring(List.of("index own_*"));
        assertThat(migrator().drift(Tenants.all(), ignoring).successful()).isFalse();
        assertThat(migrator().drift(Tenants.all(), ignoring.withoutPrivileges()).successful())
                .isTrue();
        assertThat(migrator().drift(Tenants.all(), ignoring.withoutPrivileges()).notCompared())
                .contains("privileges", "ignored: index own_*");
        DriftReport against =
                migrator().drift(Tenants.all(), DriftOptions.defaults().against(two));
        assertThat(against.classes()).extracting(StructureClass::tenants).containsExactly(List.of(two), List.of(one));
        assertThat(against.classes().get(1).differences())
                .extracting(Difference::change)
                .containsExactlyInAnyOrder(Difference.Change.MISSING, Difference.Change.CHANGED);
        assertThatThrownBy(() ->
                        migrator().drift(Tenants.all(), DriftOptions.defaults().against("no such schema")))
                .hasMessageContaining("no such schema");
    }

    private DriftReport drift() {
        return migrator().drift(Tenants.all(), DriftOptions.defaults());
    }

    private TenantMigrator migrator() {
        return Samples.with(database, MEMBERS, NOTES, FUNCTIONS);
    }
}
