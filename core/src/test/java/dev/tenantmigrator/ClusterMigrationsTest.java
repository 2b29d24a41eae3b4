package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.StructureClass;
import dev.tenantmigrator.report.TenantOutcome.Failed;
import dev.tenantmigrator.report.TenantOutcome.Migrated;
import dev.tenantmigrator.support.ClusterNodes;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The kinds of migrations that applications write, on tenants which a cluster has placed on different nodes; and those it refuses. */
@PostgresTest
@Tag("cluster")
class ClusterMigrationsTest {

    private static final Migration FIRST = Migration.of("1_first", """
            CREATE TYPE "public"."role" AS ENUM ('owner', 'guest');
            CREATE TABLE "public"."member" (
                id INTEGER NOT NULL, name TEXT NOT NULL, role "public"."role" NOT NULL DEFAULT 'guest',
                CONSTRAINT member_pkey PRIMARY KEY (id));
            CREATE TABLE note (id BIGSERIAL PRIMARY KEY, member INTEGER REFERENCES member (id), body TEXT NOT NULL, tags TEXT);
            INSERT INTO member (id, name, role) VALUES (1, 'Ada', 'owner'), (2, 'Bob', 'guest');
            INSERT INTO note (member, body) VALUES (1, 'a'), (1, 'b'), (2, 'c')""");

    private final TestDatabase database;

    ClusterMigrationsTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    /** A description, the script, and a question to which the answer in each tenant is yes. */
    static Stream<Arguments> kinds() {
        return Stream.of(
                kind(
                        "a type, and a table with a serial column that uses it",
                        """
                        CREATE TYPE mood AS ENUM ('well', 'ill');
                        CREATE TABLE diary (id SERIAL PRIMARY KEY, mood mood NOT NULL DEFAULT 'well', old mood[]);
                        INSERT INTO diary DEFAULT VALUES; INSERT INTO diary (mood) VALUES ('ill')""",
                        "(SELECT max(id) = 2 FROM {s}.diary)"),
                kind(
                        "a label of an enum",
                        "ALTER TYPE role ADD VALUE 'admin'",
                        "(SELECT count(*) = 0 FROM {s}.member WHERE role = 'admin')"),
                kind(
                        "a label that is used, in a file of two parts",
                        "ALTER TYPE role ADD VALUE 'admin'; UPDATE member SET role = 'admin' WHERE id = 2",
                        "(SELECT count(*) = 1 FROM {s}.member WHERE role = 'admin')"),
                kind("a view and a function", """
                        CREATE VIEW owners AS SELECT id, name FROM public.member WHERE role = 'owner';
                        CREATE FUNCTION public.owners_count() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.owners'""", "(SELECT count(*) = 1 FROM {s}.owners)"),
                kind(
                        "a function that the same file uses, and replaces",
                        """
                        CREATE TYPE size AS ENUM ('small', 'large');
                        CREATE FUNCTION public.size_of(member) RETURNS size LANGUAGE plpgsql AS $f$ BEGIN RETURN 'small'; END $f$;
                        ALTER TABLE member ADD COLUMN size size;
                        CREATE OR REPLACE FUNCTION twice(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1 || $1';
                        UPDATE member SET name = twice(name) WHERE id = 1;
                        CREATE OR REPLACE FUNCTION twice(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1 || 2';
                        UPDATE member SET name = twice(name) WHERE id = 2;
                        CREATE TABLE sized (id SERIAL PRIMARY KEY, size size)""",
                        "(SELECT string_agg(name, ',' ORDER BY id) = 'AdaAda,Bob2' FROM {s}.member) AND (SELECT count(*) = 2 FROM {s}.member WHERE {s}.twice('a') = 'a2')"),
                kind("an aggregate and a procedure", """
                        CREATE AGGREGATE product(integer) (sfunc = int4mul, stype = integer, initcond = '1');
                        CREATE PROCEDURE forget() LANGUAGE sql AS 'UPDATE note SET tags = NULL'""", "(SELECT {s}.product(id) = 2 FROM {s}.member)"),
                kind("a block that makes a function", """
                        DO $do$ BEGIN
                            EXECUTE 'CREATE FUNCTION half(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $h$ SELECT $1 / 2 $h$';
                        END $do$""", "(SELECT sum({s}.half(id)) = 1 FROM {s}.member)"),
                kind("a trigger", """
                        ALTER TABLE note ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
                        CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $f$
                            BEGIN NEW.changed := OLD.changed + 1; RETURN NEW; END $f$;
                        CREATE TRIGGER touch BEFORE UPDATE ON note FOR EACH ROW EXECUTE FUNCTION public.touch();
                        UPDATE note SET body = 'z' WHERE body = 'c'""", "(SELECT sum(changed) = 1 FROM {s}.note)"),
                kind("a partitioned table", """
                        CREATE TABLE visit (id BIGINT GENERATED BY DEFAULT AS IDENTITY, day DATE NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
                        CREATE TABLE visit_2024 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
                        CREATE TABLE visit_rest PARTITION OF visit DEFAULT;
                        CREATE INDEX visit_day ON visit (day);
                        INSERT INTO visit (day) VALUES ('2024-05-05'), ('2030-01-01')""", "(SELECT count(*) = 1 FROM {s}.visit_2024)"),
                kind(
                        "generated and identity columns",
                        """
                        CREATE TABLE item (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, price NUMERIC NOT NULL,
                            gross NUMERIC GENERATED ALWAYS AS (price * 1.2) STORED);
                        INSERT INTO item (price) VALUES (10);
                        ALTER TABLE member ADD COLUMN upper_name TEXT GENERATED ALWAYS AS (upper(name)) STORED""",
                        "(SELECT gross = 12 FROM {s}.item) AND EXISTS (SELECT FROM {s}.member WHERE upper_name = 'ADA')"),
                kind(
                        "a check and a foreign key, validated later",
                        """
                        ALTER TABLE member ADD CONSTRAINT named CHECK (name <> '') NOT VALID;
                        ALTER TABLE member VALIDATE CONSTRAINT named;
                        ALTER TABLE note ADD COLUMN author INTEGER;
                        ALTER TABLE note ADD CONSTRAINT note_author FOREIGN KEY (author) REFERENCES member (id) ON DELETE CASCADE NOT VALID;
                        ALTER TABLE note VALIDATE CONSTRAINT note_author""",
                        "EXISTS (SELECT FROM pg_constraint WHERE conname = 'note_author' AND convalidated AND conrelid = '{s}.note'::regclass)"),
                kind("unique indexes", """
                        CREATE UNIQUE INDEX member_name ON member (lower(name)) WHERE role = 'owner';
                        ALTER TABLE note ADD CONSTRAINT note_body UNIQUE (body)""", "to_regclass('{s}.member_name') IS NOT NULL"),
                kind("a table and a column that are renamed", """
                        ALTER TABLE note RENAME TO memo;
                        ALTER TABLE memo RENAME COLUMN body TO content;
                        ALTER INDEX note_pkey RENAME TO memo_pkey""", "(SELECT count(content) = 3 FROM {s}.memo)"),
                kind(
                        "columns: type, default, not null, dropped",
                        """
                        ALTER TABLE note ALTER COLUMN tags TYPE VARCHAR(20), ALTER COLUMN tags SET DEFAULT 'none';
                        UPDATE note SET tags = 'none' WHERE tags IS NULL;
                        ALTER TABLE note ALTER COLUMN tags SET NOT NULL;
                        ALTER TABLE note DROP COLUMN member""",
                        "(SELECT count(*) = 3 FROM {s}.note WHERE tags = 'none')"),
                kind(
                        "rows that are changed by others, and copied",
                        """
                        ALTER TABLE note ADD COLUMN author TEXT;
                        UPDATE note SET author = m.name FROM member m WHERE m.id = note.member;
                        CREATE TABLE author (name TEXT PRIMARY KEY, notes BIGINT NOT NULL);
                        INSERT INTO author SELECT author, count(*) FROM note GROUP BY author;
                        DELETE FROM note USING member m WHERE m.id = note.member AND m.name = 'Bob'""",
                        "(SELECT sum(notes) = 3 FROM {s}.author) AND (SELECT count(*) = 2 FROM {s}.note)"),
                kind("comments and grants", """
                        COMMENT ON TABLE member IS 'people'; COMMENT ON COLUMN member.name IS 'their name';
                        GRANT SELECT ON member TO PUBLIC; REVOKE SELECT ON member FROM PUBLIC; GRANT SELECT, INSERT ON note TO PUBLIC""", "has_table_privilege('public', '{s}.note', 'INSERT')"),
                kind(
                        "rows of COPY",
                        "COPY public.member (id, name) FROM stdin;\n3\tCyd\n4\tDan\n\\.\n",
                        "(SELECT count(*) = 4 FROM {s}.member)"),
                kind("a block", """
                        DO $$ BEGIN
                            IF NOT EXISTS (SELECT FROM member WHERE name = 'Eve') THEN
                                INSERT INTO member (id, name) VALUES (5, 'Eve');
                            END IF;
                            ALTER TABLE member ADD COLUMN seen BOOLEAN NOT NULL DEFAULT false;
                        END $$""", "(SELECT count(*) = 3 FROM {s}.member WHERE NOT seen)"),
                kind(
                        "a block that catches duplicates",
                        """
                        DO $$ BEGIN CREATE TYPE "role" AS ENUM ('x'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                        DO $$ BEGIN ALTER TABLE "note" ADD CONSTRAINT "note_member_two" FOREIGN KEY ("member") REFERENCES "member"("id");
                        EXCEPTION WHEN duplicate_object THEN NULL; END $$""",
                        "EXISTS (SELECT FROM pg_constraint WHERE conname = 'note_member_two' AND conrelid = '{s}.note'::regclass)"),
                kind("a sequence and a domain of its own", """
                        CREATE SEQUENCE number_of_bill START 100;
                        CREATE DOMAIN positive AS INTEGER CHECK (VALUE > 0);
                        CREATE TABLE bill (id INTEGER PRIMARY KEY, number BIGINT NOT NULL DEFAULT nextval('number_of_bill'), amount positive);
                        INSERT INTO bill (id, amount) VALUES (1, 7)""", "(SELECT number = 100 FROM {s}.bill)"),
                kind(
                        "dropped tables and types",
                        "DROP TABLE note; ALTER TABLE member ALTER COLUMN role DROP DEFAULT, ALTER COLUMN role TYPE TEXT; DROP TYPE role",
                        "to_regclass('{s}.note') IS NULL"),
                kind("row security", """
                        ALTER TABLE note ENABLE ROW LEVEL SECURITY;
                        CREATE POLICY all_rows ON note USING (true)""", "EXISTS (SELECT FROM pg_policy WHERE polrelid = '{s}.note'::regclass)"),
                kind(
                        "a materialized view",
                        "CREATE MATERIALIZED VIEW names AS SELECT name FROM member; CREATE INDEX names_name ON names (name)",
                        "(SELECT count(*) = 2 FROM {s}.names)"));
    }

    private static Arguments kind(String name, String sql, String question) {
        return Arguments.of(name, Migration.of("2_kind", sql), question);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void aKindIsDeployedToTenantsOnDifferentNodesAndIsInNewOnes(String name, Migration kind, String question) {
        List<String> tenants = List.of(
                Samples.create(database, "a", FIRST),
                Samples.create(database, "b", FIRST),
                Samples.create(database, "c", FIRST));
        if (database.isCluster()) {
            ClusterNodes nodes = ClusterNodes.of(database);
            assertThat(tenants.stream().map(nodes::of).distinct()).hasSameSizeAs(nodes.workers());
        }

        TenantMigrator migrator = Samples.with(database, FIRST, kind);
        assertThat(migrator.deployAll().throwIfFailed().of(Migrated.class)).hasSize(tenants.size());
        migrator.createTenant(TenantName.forUser("d"));

        assertThat(migrator.tenants())
                .hasSize(4)
                .allSatisfy(schema -> assertThat(database.value("SELECT " + question.replace("{s}", schema)))
                        .as("%s in %s", question, schema)
                        .isEqualTo("true"));
        assertThat(migrator.verify().successful()).isTrue();
        DriftReport drift = migrator.drift(Tenants.all(), DriftOptions.defaults());
        assertThat(drift.unknown()).isEmpty();
        assertThat(drift.classes()).extracting(StructureClass::differences).containsExactly(List.of());
    }

    /** A statement, and Citus's error. */
    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("UPDATE note SET tags = random()::text", "must not be VOLATILE"),
                Arguments.of(
                        "INSERT INTO member (id, name) VALUES ((SELECT 9), 'x')",
                        "subqueries are not supported within INSERT queries"),
                Arguments.of("CREATE TABLE child () INHERITS (note)", "cannot inherit or be inherited"),
                Arguments.of(
                        "CREATE TYPE pair AS (a INTEGER, b INTEGER); CREATE TABLE pairs OF pair",
                        "using CREATE TABLE OF syntax"),
                Arguments.of("ALTER TABLE note ADD COLUMN number SERIAL", "involving serial pseudotypes"),
                Arguments.of(
                        "ALTER TABLE note ADD COLUMN number BIGINT GENERATED ALWAYS AS IDENTITY",
                        "involving identity columns"),
                Arguments.of(
                        "CREATE SEQUENCE numbers; ALTER TABLE note ADD COLUMN number BIGINT DEFAULT nextval('numbers')",
                        "the table is not empty"),
                Arguments.of(
                        "ALTER TABLE note ADD CONSTRAINT a CHECK (id > 0), ADD CONSTRAINT b CHECK (id > 0)",
                        "with other subcommands"),
                Arguments.of(
                        "ALTER TABLE note ADD COLUMN parent BIGINT, ADD CONSTRAINT a CHECK (id > 0)",
                        "with other subcommands"),
                Arguments.of("ALTER TABLE member RENAME CONSTRAINT member_pkey TO pk", "renaming constraints"),
                Arguments.of("ALTER TABLE note DISABLE TRIGGER ALL", "system trigger"),
                Arguments.of(
                        "ALTER TABLE note ALTER COLUMN body SET STORAGE EXTERNAL", "command is currently unsupported"),
                Arguments.of(
                        "ALTER TABLE note ALTER COLUMN body SET STATISTICS 50", "command is currently unsupported"),
                Arguments.of(
                        "CREATE FUNCTION w() RETURNS INTEGER LANGUAGE sql AS $$ INSERT INTO member (id, name) VALUES (8, 'x'); SELECT 1 $$; SELECT w() FROM note",
                        "cannot execute a distributed query from a query on a shard"),
                Arguments.of(
                        "CREATE TABLE once (id SERIAL); DROP TABLE once; CREATE TABLE once (id SERIAL)",
                        "distributed deadlock"),
                Arguments.of(
                        "ALTER TABLE member ADD CONSTRAINT home FOREIGN KEY (id) REFERENCES public.at_home (id)",
                        "must be a distributed table or a reference table"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void aStatementIsRefusedByCitusAndChangesNothing(String sql, String error) {
        ClusterNodes.of(database);
        database.execute("CREATE TABLE IF NOT EXISTS public.at_home (id INTEGER PRIMARY KEY)");
        String tenant = Samples.create(database, "a", FIRST);
        Migration kind = Migration.of("2_refused", "ALTER TABLE note ADD COLUMN before INTEGER; " + sql);
        Failed failed = Samples.migrator(database, FIRST, kind)
                .sharedObjects("at_home")
                .build()
                .deployAll()
                .of(Failed.class)
                .get(0);
        assertThat(failed.failure().message()).contains(error);
        assertThat(failed.failure().sqlState()).isPresent();
        assertThat(Samples.with(database, FIRST)
                        .drift(Tenants.named(tenant), DriftOptions.defaults())
                        .successful())
                .isTrue();
    }
}
