package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;

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

    private DriftReport drift() {
        return migrator().drift(Tenants.all(), DriftOptions.defaults());
    }

    private TenantMigrator migrator() {
        return Samples.with(database, MEMBERS, NOTES, FUNCTIONS);
    }
}
