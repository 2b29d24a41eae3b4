package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Names of a second schema in a script are refused before anything runs, allowed by name, or redirected to the tenant's
 * schema.
 */
@PostgresTest
class SecondSchemaTest {

    private final TestDatabase database;

    SecondSchemaTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE SCHEMA other",
                "INSERT INTO other.t VALUES (1)",
                "DO $$ BEGIN DELETE FROM other.t; END $$",
                "GRANT SELECT ON other.t TO PUBLIC",
                "CREATE ROLE other",
                "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
                "CREATE PUBLICATION other FOR TABLE team_member",
                "SELECT pg_advisory_lock(1)",
                "SAVEPOINT other",
                "LISTEN other",
            })
    void isRefusedWithItsLineBeforeAnythingRuns(String sql) {
        String a = Samples.create(database, "a", MEMBERS);
        Migration first = Migration.of("20240201_first", "CREATE TABLE first (id int)");
        Migration second = Migration.of("20240202_second", "CREATE TABLE second (id int);\n" + sql, "\n\n" + sql);
        TenantMigrator migrator = Samples.with(database, MEMBERS, first, second);

        assertThatThrownBy(migrator::deployAll)
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("20240202_second/migration.sql:2");
        assertThatThrownBy(() -> migrator.createTenant(TenantName.forUser("b")))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("20240202_second/migration.sql:2");

        assertThat(migrator.tenants()).containsExactly(a);
        assertThat(database.value("SELECT to_regclass('" + a + ".first')::text"))
                .isNull();
    }

    @Test
    void isLeftAsItIsWhereItIsAllowedByName() {
        Migration audit = Migration.of("20240201_audit", """
                CREATE SCHEMA IF NOT EXISTS audit;
                CREATE TABLE IF NOT EXISTS audit.log (entry text);
                CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN INSERT INTO audit.log VALUES (NEW.name); RETURN NEW; END $$;
                CREATE TRIGGER note BEFORE INSERT ON "public"."team_member" FOR EACH ROW EXECUTE FUNCTION public.note();
                INSERT INTO team_member (name) VALUES ('x')""");
        TenantMigrator migrator =
                Samples.migrator(database, MEMBERS, audit).allowSchemas("audit").build();
        List<String> tenants = List.of("a", "b").stream()
                .map(user -> migrator.createTenant(TenantName.forUser(user)).schema())
                .toList();

        assertThat(database.values("SELECT entry FROM audit.log")).containsExactly("x", "x");
        assertThat(database.values(
                        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'note' ORDER BY tgrelid"))
                .containsExactly(tenants.get(0) + ".team_member", tenants.get(1) + ".team_member");
        database.execute("DROP SCHEMA audit CASCADE");
    }

    @Test
    void grantsReachTheTenantAlone() {
        database.execute("CREATE TABLE public.team_member (id int); CREATE TABLE public.stray (id int)");
        Migration grants = Migration.of("20240201_grants", """
                GRANT USAGE ON SCHEMA public TO PUBLIC;
                GRANT SELECT ON public.team_member TO public;
                GRANT INSERT ON team_member TO PUBLIC;
                REVOKE ALL ON SCHEMA public FROM public;
                GRANT UPDATE ON ALL TABLES IN SCHEMA public TO PUBLIC;
                ALTER DEFAULT PRIVILEGES FOR ROLE CURRENT_USER IN SCHEMA public GRANT TRUNCATE ON TABLES TO PUBLIC;
                COMMENT ON SCHEMA public IS 'the tenant';
                ALTER SCHEMA public OWNER TO CURRENT_USER;
                CREATE TABLE later (id int);
                SELECT 1""");
        String before = publicPrivileges();

        String a = Samples.create(database, "a", MEMBERS, grants);

        assertThat(database.value("SELECT relacl::text FROM pg_class WHERE oid = '" + a + ".team_member'::regclass"))
                .contains("{" + database.user() + "=")
                .contains(",=arw/");
        assertThat(database.value("SELECT relacl::text FROM pg_class WHERE oid = '" + a + ".later'::regclass"))
                .contains("=D/");
        assertThat(database.value("SELECT obj_description('" + a + "'::regnamespace)"))
                .isEqualTo("the tenant");
        assertThat(publicPrivileges()).isEqualTo(before);

        Migration stray = Migration.of("20240202_stray", "GRANT SELECT ON stray TO PUBLIC");
        assertThat(Samples.with(database, MEMBERS, grants, stray)
                        .deploy(Tenants.named(a))
                        .failed()
                        .get(0)
                        .failure()
                        .message())
                .contains("stray");
        assertThat(publicPrivileges()).isEqualTo(before);
        database.execute("DROP TABLE public.team_member, public.stray");
    }

    private String publicPrivileges() {
        return database.query(
                        "SELECT nspacl::text, obj_description(oid), nspowner FROM pg_namespace WHERE nspname = 'public'")
                + " "
                + database.query(
                        "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                                + " ORDER BY 1")
                + database.query("SELECT * FROM pg_default_acl WHERE defaclnamespace IN (0, 'public'::regnamespace)");
    }
}
