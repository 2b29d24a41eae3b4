package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.rules.ScriptReader;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;

/** A schema with an object of each kind, for tests of comparisons. */
final class RichStructure {

    /** Plain roles that get privileges. */
    static final String ROLES = "CREATE ROLE drift_app; CREATE ROLE \"Drift Other\"";

    static final String DROP_ROLES = "DROP OWNED BY drift_app, \"Drift Other\"; DROP ROLE drift_app, \"Drift Other\"";

    /** Needs a superuser, once in a database. */
    private static final String AROUND = """
            CREATE FOREIGN DATA WRAPPER drift_wrapper; CREATE SERVER drift_server FOREIGN DATA WRAPPER drift_wrapper;
            CREATE SERVER drift_server_2 FOREIGN DATA WRAPPER drift_wrapper;
            GRANT USAGE ON FOREIGN SERVER drift_server, drift_server_2 TO {owner};
            GRANT CREATE ON DATABASE {database} TO {owner};
            CREATE PUBLICATION drift_publication; ALTER PUBLICATION drift_publication OWNER TO {owner};
            CREATE ACCESS METHOD drift_heap TYPE TABLE HANDLER heap_tableam_handler""";

    static final String OBJECTS = """
            CREATE TYPE status AS ENUM ('new', 'open', 'it''s "done", or not');
            COMMENT ON TYPE status IS 'the state';
            CREATE TYPE mood AS ENUM ('good', 'bad');
            CREATE TYPE pair AS (x integer, y numeric(10,2), z text COLLATE "C");
            COMMENT ON COLUMN pair.x IS 'x, the first'; COMMENT ON COLUMN pair.y IS 'y';
            CREATE TYPE loose AS (x integer, y text);
            CREATE TYPE span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
            CREATE DOMAIN percent AS integer DEFAULT 0 NOT NULL CONSTRAINT percent_range CHECK (VALUE >= 0 AND VALUE <= 100);
            COMMENT ON CONSTRAINT percent_range ON DOMAIN percent IS 'in range';
            COMMENT ON DOMAIN percent IS 'a share';
            CREATE DOMAIN label AS text COLLATE "C";
            ALTER DOMAIN label ADD CONSTRAINT label_short CHECK (length(VALUE) < 50) NOT VALID;
            REVOKE USAGE ON TYPE mood FROM PUBLIC; GRANT USAGE ON TYPE mood TO drift_app;
            CREATE COLLATION german (PROVIDER = icu, LOCALE = 'de'); COMMENT ON COLLATION german IS 'for names';
            CREATE COLLATION plain (PROVIDER = libc, LC_COLLATE = 'C', LC_CTYPE = 'C');
            CREATE COLLATION insensitive (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
            CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8; COMMENT ON CONVERSION latin IS 'old';
            CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple, STOPWORDS = english, ACCEPT = false);
            COMMENT ON TEXT SEARCH DICTIONARY words IS 'words';
            CREATE TEXT SEARCH CONFIGURATION search (PARSER = default);
            ALTER TEXT SEARCH CONFIGURATION search ADD MAPPING FOR asciiword, word WITH words, simple;
            ALTER TEXT SEARCH CONFIGURATION search ADD MAPPING FOR int WITH simple;
            COMMENT ON TEXT SEARCH CONFIGURATION search IS 'search';
            CREATE SEQUENCE ticket AS integer START 5 INCREMENT 2 MINVALUE 3 MAXVALUE 999 CACHE 4 CYCLE;
            COMMENT ON SEQUENCE ticket IS 'tickets'; GRANT USAGE ON SEQUENCE ticket TO drift_app;
            CREATE UNLOGGED SEQUENCE quick;

            CREATE FUNCTION add(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 7
                AS 'SELECT a + b /* it''s \\ done */';
            CREATE FUNCTION add(a numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT a';
            COMMENT ON FUNCTION add(integer, integer) IS 'adds'; GRANT EXECUTE ON FUNCTION add(integer, integer) TO drift_app;
            CREATE FUNCTION modern(a integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT a + 1; END;
            CREATE FUNCTION listed(a integer) RETURNS SETOF integer LANGUAGE sql STABLE ROWS 7 SET search_path = pg_catalog, "$user"
                SET work_mem = '8MB' AS 'SELECT a';
            CREATE FUNCTION defined(a integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER AS $$BEGIN RETURN a; END$$;
            REVOKE EXECUTE ON FUNCTION defined(integer) FROM PUBLIC;
            CREATE FUNCTION same(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2';
            CREATE FUNCTION same(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2';
            CREATE FUNCTION other(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 <> $2';
            CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE FUNCTION to_number(mood) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
            CREATE PROCEDURE clean(a integer, INOUT b text DEFAULT 'x') LANGUAGE plpgsql SECURITY DEFINER SET work_mem = '8MB'
                AS 'BEGIN b := a; END';
            COMMENT ON PROCEDURE clean(integer, text) IS 'cleans';
            CREATE PROCEDURE modern_clean() LANGUAGE sql BEGIN ATOMIC SELECT 1; END;
            CREATE AGGREGATE total(integer) (SFUNC = add, STYPE = integer, INITCOND = '0'); COMMENT ON AGGREGATE total(integer) IS 'sum';
            CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = same, COMMUTATOR = ===, RESTRICT = eqsel, JOIN = eqjoinsel,
                                 HASHES, MERGES);
            CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = same);
            CREATE OPERATOR <<>> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = other, COMMUTATOR = <<>>, NEGATOR = ===);
            COMMENT ON OPERATOR <<>> (integer, integer) IS 'not the same';
            CREATE CAST (mood AS integer) WITH FUNCTION to_number(mood) AS ASSIGNMENT; COMMENT ON CAST (mood AS integer) IS 'number';
            CREATE CAST (status AS bigint) WITH INOUT;

            CREATE TABLE customer (
                id serial PRIMARY KEY, number bigint GENERATED BY DEFAULT AS IDENTITY (START WITH 100 INCREMENT BY 10) NOT NULL,
                name varchar(80) COLLATE "C" NOT NULL DEFAULT 'x', email text, state status DEFAULT 'new' NOT NULL, states status[],
                feeling mood, share percent, place pair, born date, amount numeric(10,2) DEFAULT 0 NOT NULL,
                doubled numeric GENERATED ALWAYS AS (amount * 2) STORED, "Odd Column" integer DEFAULT 3, "order" integer,
                note text, reach span, during int4range, created timestamptz DEFAULT now() NOT NULL, code integer DEFAULT nextval('ticket'),
                CONSTRAINT amount_positive CHECK (amount >= 0), CONSTRAINT customer_email UNIQUE (email) INCLUDE (born) WITH (fillfactor = 70),
                CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&) DEFERRABLE INITIALLY DEFERRED);
            COMMENT ON TABLE customer IS 'who buys; it''s us'; COMMENT ON COLUMN customer.email IS 'mail';
            COMMENT ON CONSTRAINT amount_positive ON customer IS 'no debts';
            ALTER TABLE customer ADD CONSTRAINT born_late CHECK (born > '1900-01-01') NOT VALID;
            ALTER TABLE customer ALTER note SET STORAGE EXTERNAL, ALTER note SET COMPRESSION pglz, ALTER email SET STATISTICS 77,
                ALTER email SET (n_distinct = 5, n_distinct_inherited = 7);
            ALTER TABLE customer SET (fillfactor = 80, autovacuum_enabled = false, toast.autovacuum_enabled = false);
            GRANT SELECT, INSERT ON customer TO drift_app WITH GRANT OPTION; GRANT SELECT ON customer TO PUBLIC;
            GRANT UPDATE (name), SELECT (name, email) ON customer TO "Drift Other";
            ALTER TABLE customer ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE INDEX customer_lower ON customer (lower(name::text) DESC NULLS LAST) WHERE amount > 5;
            COMMENT ON INDEX customer_lower IS 'for search'; ALTER INDEX customer_lower ALTER COLUMN 1 SET STATISTICS 500;
            CREATE UNIQUE INDEX "Customer Code" ON customer USING btree (code, id) INCLUDE (born) WITH (fillfactor = 60);
            CREATE INDEX customer_added ON customer (add(id, 2));
            ALTER TABLE customer CLUSTER ON "Customer Code";
            CREATE POLICY own ON customer AS RESTRICTIVE FOR SELECT TO drift_app USING (id > 0);
            COMMENT ON POLICY own ON customer IS 'own rows';
            CREATE POLICY write ON customer FOR UPDATE USING (name = 'x') WITH CHECK (email = 'y');
            CREATE TRIGGER touched BEFORE UPDATE OF name, email ON customer FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name)
                EXECUTE FUNCTION touch('a', 'b');
            COMMENT ON TRIGGER touched ON customer IS 'touches';
            CREATE TRIGGER silent AFTER INSERT ON customer EXECUTE FUNCTION touch(); ALTER TABLE customer DISABLE TRIGGER silent;
            CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON customer DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION touch();
            CREATE RULE keep AS ON DELETE TO customer WHERE OLD.id = 1 DO INSTEAD NOTHING; COMMENT ON RULE keep ON customer IS 'keeps one';
            CREATE RULE always AS ON UPDATE TO customer DO ALSO SELECT 1; ALTER TABLE customer ENABLE ALWAYS RULE always;
            CREATE STATISTICS customer_stats (ndistinct, dependencies) ON name, email FROM customer;
            ALTER STATISTICS customer_stats SET STATISTICS 123; COMMENT ON STATISTICS customer_stats IS 'together';
            CREATE STATISTICS customer_expression ON lower(email), name FROM customer;
            CREATE TABLE orders (id integer GENERATED ALWAYS AS IDENTITY, customer_id integer NOT NULL, "user" text, PRIMARY KEY (id),
                CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE DEFERRABLE);
            CREATE TABLE nodes (id integer NOT NULL, parent integer, other integer, CONSTRAINT nodes_pk PRIMARY KEY (id));
            CREATE UNIQUE INDEX nodes_other ON nodes (id); ALTER TABLE nodes REPLICA IDENTITY USING INDEX nodes_other;
            ALTER TABLE nodes ADD CONSTRAINT nodes_parent FOREIGN KEY (parent) REFERENCES nodes;
            ALTER TABLE nodes ADD CONSTRAINT nodes_other_key FOREIGN KEY (other) REFERENCES nodes NOT VALID;
            CREATE UNLOGGED TABLE logs (id integer, text text);
            CREATE TABLE "We ird.Tab""le" (id integer, "a.b" text); CREATE INDEX ON "We ird.Tab""le" ("a.b");
            CREATE TRIGGER "t.t" BEFORE INSERT ON "We ird.Tab""le" EXECUTE FUNCTION touch();
            CREATE TABLE measure (id integer NOT NULL, day date NOT NULL, value integer DEFAULT 1, CONSTRAINT value_positive CHECK (value > 0),
                PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
            CREATE TABLE measure_1 PARTITION OF measure FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
            CREATE TABLE measure_2 PARTITION OF measure (value DEFAULT 2) FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
            CREATE TABLE measure_rest PARTITION OF measure DEFAULT;
            CREATE INDEX measure_value ON measure (value);
            CREATE TRIGGER measure_touched BEFORE INSERT ON measure FOR EACH ROW EXECUTE FUNCTION touch();
            CREATE TABLE kinds (k text) PARTITION BY LIST (k); CREATE TABLE kinds_a PARTITION OF kinds FOR VALUES IN ('a', 'b') PARTITION BY HASH (k);
            CREATE TABLE kinds_a_0 PARTITION OF kinds_a FOR VALUES WITH (MODULUS 2, REMAINDER 0);
            CREATE TABLE refers (id integer, day date, FOREIGN KEY (id, day) REFERENCES measure);
            CREATE TABLE base (id integer NOT NULL, t text DEFAULT 'base'); CREATE TABLE derived (extra integer) INHERITS (base);
            CREATE TABLE typed OF loose (x WITH OPTIONS DEFAULT 3 NOT NULL, PRIMARY KEY (x));
            CREATE FOREIGN TABLE remote (id integer OPTIONS (column_name 'the id'), t text) SERVER drift_server OPTIONS (schema_name 's, x', table_name 't');
            ALTER PUBLICATION drift_publication ADD TABLE orders (id, customer_id) WHERE (customer_id > 5), nodes;

            CREATE VIEW customer_names WITH (security_barrier = true) AS SELECT id, name, upper(email) AS mail FROM customer;
            ALTER VIEW customer_names ALTER COLUMN name SET DEFAULT coalesce('a', 'b'); COMMENT ON COLUMN customer_names.id IS 'id, key';
            COMMENT ON VIEW customer_names IS 'names'; GRANT SELECT ON customer_names TO drift_app;
            GRANT SELECT (id) ON customer_names TO "Drift Other";
            CREATE VIEW over_names AS SELECT mail, add(id) AS next FROM customer_names WHERE id > 3;
            CREATE VIEW updatable AS SELECT id, note FROM customer WHERE id > 1 WITH LOCAL CHECK OPTION;
            CREATE FUNCTION instead() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER through INSTEAD OF INSERT ON over_names FOR EACH ROW EXECUTE FUNCTION instead();
            CREATE RULE redirect AS ON DELETE TO customer_names DO INSTEAD DELETE FROM customer WHERE id = OLD.id;
            CREATE MATERIALIZED VIEW totals AS SELECT state, count(*) AS n FROM customer GROUP BY state;
            CREATE UNIQUE INDEX totals_state ON totals (state); COMMENT ON MATERIALIZED VIEW totals IS 'counts';
            COMMENT ON COLUMN totals.n IS 'how many'; GRANT SELECT ON totals TO drift_app;
            ALTER MATERIALIZED VIEW totals SET (fillfactor = 90);
            CREATE FUNCTION of_customer(c customer) RETURNS text LANGUAGE sql AS 'SELECT c.name';
            COMMENT ON SCHEMA {schema} IS 'a tenant'; GRANT USAGE ON SCHEMA {schema} TO drift_app;
            ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO drift_app;
            ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO drift_app""";

    /** A plain role cannot make these. */
    private static final String OF_SUPERUSER = """
            CREATE FUNCTION rounded(double precision) RETURNS double precision LANGUAGE internal IMMUTABLE STRICT AS 'dround';
            CREATE AGGREGATE percentile(double precision ORDER BY double precision)
                (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
            CREATE OPERATOR FAMILY numbers USING btree; COMMENT ON OPERATOR FAMILY numbers USING btree IS 'numbers';
            ALTER OPERATOR FAMILY numbers USING btree ADD OPERATOR 1 < (integer, bigint), FUNCTION 1 (integer, bigint) btint48cmp(integer, bigint);
            CREATE OPERATOR CLASS ints FOR TYPE integer USING btree FAMILY numbers AS
                OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer);
            COMMENT ON OPERATOR CLASS ints USING btree IS 'ints';
            CREATE OPERATOR CLASS stored FOR TYPE pair USING gist AS STORAGE box;
            CREATE TRANSFORM FOR pair LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal)); COMMENT ON TRANSFORM FOR pair LANGUAGE sql IS 'transform';
            CREATE FUNCTION transformed(pair) RETURNS integer LANGUAGE sql TRANSFORM FOR TYPE pair AS 'SELECT 1';
            CREATE TEXT SEARCH PARSER parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype,
                                              HEADLINE = prsd_headline);
            COMMENT ON TEXT SEARCH PARSER parser IS 'parser';
            CREATE TEXT SEARCH TEMPLATE template (INIT = dsimple_init, LEXIZE = dsimple_lexize); COMMENT ON TEXT SEARCH TEMPLATE template IS 'template';
            CREATE TEXT SEARCH CONFIGURATION parsed (PARSER = parser); CREATE TEXT SEARCH DICTIONARY templated (TEMPLATE = template);
            CREATE TYPE base_type; CREATE FUNCTION base_in(cstring) RETURNS base_type LANGUAGE internal IMMUTABLE STRICT AS 'textin';
            CREATE FUNCTION base_out(base_type) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
            CREATE TYPE base_type (INPUT = base_in, OUTPUT = base_out, LIKE = text, DEFAULT = 'it''s'); COMMENT ON TYPE base_type IS 'base';
            CREATE FUNCTION hidden(integer) RETURNS boolean LANGUAGE sql LEAKPROOF AS 'SELECT true';
            CREATE FUNCTION supported(integer) RETURNS SETOF integer LANGUAGE sql SUPPORT generate_series_int4_support AS 'SELECT 1';
            ALTER FUNCTION hidden(integer) OWNER TO {owner}; ALTER FUNCTION supported(integer) OWNER TO {owner};
            ALTER TYPE base_type OWNER TO {owner}; ALTER OPERATOR FAMILY numbers USING btree OWNER TO {owner};
            ALTER OPERATOR CLASS ints USING btree OWNER TO {owner}; ALTER OPERATOR CLASS stored USING gist OWNER TO {owner};
            ALTER TEXT SEARCH CONFIGURATION parsed OWNER TO {owner}; ALTER TEXT SEARCH DICTIONARY templated OWNER TO {owner}""";

    private static final String FROM_18 = """
            CREATE TABLE modern_table (id integer CONSTRAINT id_given NOT NULL, v integer GENERATED ALWAYS AS (id + 1) VIRTUAL, w integer, x integer,
                                       CONSTRAINT unenforced CHECK (id > 0) NOT ENFORCED, UNIQUE NULLS NOT DISTINCT (w),
                                       PRIMARY KEY (id));
            ALTER TABLE modern_table ADD CONSTRAINT x_later NOT NULL x NOT VALID;
            COMMENT ON CONSTRAINT id_given ON modern_table IS 'given'""";

    private RichStructure() {}

    static boolean isFrom18(TestDatabase database) {
        return Integer.parseInt(database.value("SHOW server_version_num")) >= 180_000;
    }

    /** Makes the surroundings that the objects need in the database. */
    static void makeSurroundings(TestDatabase database) throws SQLException {
        asSuperuser(database, ROLES);
        makeAround(database);
    }

    /** As above, where the roles are there. */
    static void makeAround(TestDatabase database) throws SQLException {
        asSuperuser(database, filled(AROUND, database, ""));
    }

    /** Makes a schema with the objects. */
    static void make(TestDatabase database, String schema) throws SQLException {
        String path = "SET search_path TO " + Sql.identifier(schema) + ", public; ";
        String owner = "SET ROLE " + database.user() + "; ";
        asSuperuser(
                database,
                owner + "CREATE SCHEMA " + Sql.identifier(schema) + "; " + path + filled(OBJECTS, database, schema)
                        + ";" + (isFrom18(database) ? FROM_18 : ""));
        asSuperuser(database, path + filled(OF_SUPERUSER, database, schema));
    }

    static String filled(String sql, TestDatabase database, String schema) {
        return sql.replace("{owner}", database.user())
                .replace("{database}", database.name())
                .replace("{schema}", schema.isEmpty() ? "" : Sql.identifier(schema));
    }

    static void asSuperuser(TestDatabase database, String sql) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection()) {
            run(connection, sql);
        }
    }

    /** Statement by statement, because the driver splits some texts in the wrong place. */
    static void run(Connection connection, String sql) throws SQLException {
        for (var statement : ScriptReader.read(MigrationScript.of("script", sql))) {
            new Pipeline().add(statement.text()).send(connection);
        }
    }
}
