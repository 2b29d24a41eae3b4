package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A tenant cannot exhaust the memory of the one who compares it. */
@PostgresTest
class LargeStructureTest {

    private final TestDatabase database;

    LargeStructureTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
        database.assertNoLeaks();
    }

    private DriftReport drift() {
        return Samples.with(database, MEMBERS).drift(Tenants.all(), DriftOptions.defaults());
    }

    /** Statements that change a column take its views along, at most those of a size that somebody would read. */
    @Test
    void aColumnWithTooManyViewsHasNoStatements() {
        String few = Samples.create(database, "few", MEMBERS);
        String many = Samples.create(database, "many", MEMBERS);
        for (String schema : List.of(few, many)) {
            database.execute("ALTER TABLE " + schema + ".team_member ALTER COLUMN name TYPE varchar(99)");
            database.execute("""
                    DO $$ BEGIN
                        FOR i IN 1..%2$d LOOP
                            EXECUTE format('CREATE VIEW %1$s.v%%s AS SELECT name, %%L::text AS x FROM %1$s.team_member', i, repeat('x', 100000));
                        END LOOP;
                    END $$""".formatted(schema, schema.equals(few) ? 2 : 12));
        }

        assertThat(statementsOfColumn(few)).hasSize(5);
        assertThat(statementsOfColumn(many)).isEmpty();
    }

    /** The views belong to no definition, so they come back only where they are ignored; others are dropped. */
    private List<Difference.Statement> statementsOfColumn(String tenant) {
        DriftReport report = Samples.with(database, MEMBERS)
                .drift(Tenants.named(tenant), DriftOptions.defaults().ignoring(List.of("view *")));
        return report.classes().get(0).differences().stream()
                .filter(difference -> difference.object().equals("team_member.name"))
                .findFirst()
                .orElseThrow()
                .statements();
    }

    @Test
    void aTenantWithTooMuchTextIsUnknown() {
        String other = Samples.create(database, "other", MEMBERS);
        String large = Samples.create(database, "large", MEMBERS);
        database.execute("""
                DO $$ BEGIN
                    FOR i IN 1..700 LOOP
                        EXECUTE format('CREATE FUNCTION %s.f%%s() RETURNS text LANGUAGE sql AS %%L', i, 'SELECT ' || quote_literal(repeat('x', 100000)));
                    END LOOP;
                END $$""".formatted(large));

        DriftReport report = drift();

        assertThat(report.unknown()).containsOnlyKeys(large);
        assertThat(report.unknown().get(large).message())
                .contains("the definitions of its objects have more than 67108864 characters, the last one function f");
        assertThat(report.classes())
                .singleElement()
                .satisfies(found -> assertThat(found.tenants()).containsExactly(other));
    }
}
