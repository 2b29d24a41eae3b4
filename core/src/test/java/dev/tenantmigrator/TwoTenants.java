package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;

import dev.tenantmigrator.support.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Two tenants beside objects of the shared schema and of another one. */
abstract class TwoTenants {

    /** Runs SQL that the text does not show. */
    static final String HIDDEN = "DO $do$ DECLARE q text := %s; BEGIN EXECUTE q; END $do$";

    final TestDatabase database;
    String a = "";
    String b = "";

    TwoTenants(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void twoTenants() {
        database.execute("""
                CREATE TABLE public.users (id serial PRIMARY KEY, name text);
                CREATE TABLE public.audit (id serial PRIMARY KEY, what text);
                CREATE INDEX audit_what ON public.audit (what);
                CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
                CREATE TYPE public.mood AS ENUM ('a', 'b');
                CREATE DOMAIN public.positive AS int;
                CREATE SCHEMA other; CREATE TABLE other.t (id int);
                CREATE TEXT SEARCH CONFIGURATION other.words (PARSER = default);""");
        a = Samples.create(database, "a", MEMBERS, NOTES);
        b = Samples.create(database, "b", MEMBERS, NOTES);
        database.execute("CREATE FUNCTION " + b + ".g() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TYPE " + b
                + ".mood AS ENUM ('a')");
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
        database.execute("""
                DROP TABLE IF EXISTS public.users, public.audit; DROP FUNCTION IF EXISTS public.f();
                DROP TYPE IF EXISTS public.mood; DROP DOMAIN IF EXISTS public.positive; DROP SCHEMA other CASCADE""");
    }

    static Migration hidden(String sql) {
        return Migration.of("20240301_hidden", HIDDEN.formatted(HiddenSql.expression(sql)));
    }
}
