package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tenant that all migrations create at once has the enums of one that got them one by one. */
@PostgresTest
class EnumLabelsTest {

    private static final String TABLE = "CREATE TABLE t (m mood NOT NULL DEFAULT 'a')";
    private static final String USE = "INSERT INTO t VALUES ('new'); ALTER TABLE t ALTER m SET DEFAULT 'new'";

    private final TestDatabase database;

    EnumLabelsTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    /** Each part between bars is a migration. */
    private static Migration[] migrations(String history) {
        List<Migration> migrations = new ArrayList<>();
        for (String script : history.split("\\|", -1)) {
            String sql = script.replace("{T}", TABLE).replace("{USE}", USE).trim();
            migrations.add(Migration.of("2024010" + (migrations.size() + 1), sql));
        }
        return migrations.toArray(Migration[]::new);
    }

    /** As psql or a deploy runs them: each file in a transaction of its own, in the schema that it is written for. */
    private static List<List<Object>> fileByFile(Migration... migrations) {
        try (TestDatabase original = TestDatabase.create("original")) {
            for (Migration migration : migrations) {
                original.execute("BEGIN;\n" + migration.up().text() + ";\nCOMMIT");
            }
            return facts(original, "public");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The labels in their order, and the rows of the table. */
    private static List<List<Object>> facts(TestDatabase database, String schema) {
        List<List<Object>> facts = new ArrayList<>(database.query(
                "SELECT typname::text, enumlabel::text FROM pg_enum e JOIN pg_type t ON t.oid = enumtypid"
                        + " JOIN pg_namespace n ON n.oid = typnamespace WHERE nspname = ? ORDER BY typname, enumsortorder",
                schema));
        for (String table : database.values(
                "SELECT tablename FROM pg_tables WHERE schemaname = ? AND tablename IN ('t', 'log') ORDER BY 1",
                schema)) {
            facts.addAll(database.query(
                    "SELECT r::text FROM " + schema + "." + table + " r ORDER BY r::text COLLATE \"C\""));
        }
        return facts;
    }

    private void assertEqualByAllWays(Migration... all) {
        List<List<Object>> expected = fileByFile(all);
        assertThat(expected).isNotEmpty();

        // The second tenant, because a guard may look at the types of the first, and a migrator at its last creation.
        TenantMigrator migrator = Samples.with(database, all);
        for (String user : List.of("first", "second")) {
            String atOnce = migrator.createTenant(TenantName.forUser(user)).schema();
            assertThat(facts(database, atOnce)).as(user).isEqualTo(expected);
        }
        for (int created : List.of(1, all.length / 2)) {
            String begun = Samples.create(database, "begun", Arrays.copyOf(all, created));
            migrator.deploy(Tenants.named(begun)).throwIfFailed();
            assertThat(facts(database, begun)).as("created with %d", created).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // At the end, and used at once.
                "CREATE TYPE mood AS ENUM ('a') | {T} | ALTER TYPE mood ADD VALUE 'new' | {USE}",
                // Behind a change of the type, where PostgreSQL before 17 refuses the label.
                "CREATE TYPE public.mood AS ENUM ('a', 'b') | {T} | ALTER TYPE mood OWNER TO CURRENT_USER |"
                        + " ALTER TYPE \"public\".\"mood\" ADD VALUE 'new' BEFORE 'b' | {USE}",
                "CREATE TYPE feeling AS ENUM ('a', 'b') | ALTER TYPE feeling RENAME TO mood; {T} |"
                        + " ALTER TYPE mood ADD VALUE 'new' AFTER 'a' | ALTER TYPE mood ADD VALUE 'z' BEFORE 'new' | {USE}",
                // Renamed labels.
                "CREATE TYPE mood AS ENUM ('a', 'x') | {T} | ALTER TYPE mood RENAME VALUE 'x' TO 'y' |"
                        + " ALTER TYPE mood ADD VALUE 'new' BEFORE 'y' | {USE} | ALTER TYPE mood RENAME VALUE 'new' TO 'old'",
                // A label that was another's name before: the statements stay as they are, in the same order.
                "CREATE TYPE mood AS ENUM ('a', 'x') | {T} | ALTER TYPE mood RENAME VALUE 'x' TO 'y' |"
                        + " ALTER TYPE mood ADD VALUE 'x' BEFORE 'a' | ALTER TYPE mood ADD VALUE 'new'",
                "CREATE TYPE mood AS ENUM ('a') | ALTER TYPE mood ADD VALUE IF NOT EXISTS 'a' | {T} |"
                        + " ALTER TYPE mood ADD VALUE IF NOT EXISTS 'new'; ALTER TYPE mood OWNER TO CURRENT_USER | {USE}",
                "CREATE TYPE mood AS ENUM () | ALTER TYPE mood ADD VALUE 'a'; ALTER TYPE mood ADD VALUE 'b' BEFORE 'a' | {T} |"
                        + " ALTER TYPE mood ADD VALUE 'new' | {USE}",
                // Prisma's way to drop a label, then one more.
                "CREATE TYPE \"mood\" AS ENUM ('a', 'b', 'c') | {T} |"
                        + " BEGIN; CREATE TYPE \"mood_new\" AS ENUM ('a', 'c'); ALTER TABLE \"t\" ALTER COLUMN \"m\" DROP DEFAULT;"
                        + " ALTER TABLE \"t\" ALTER COLUMN \"m\" TYPE \"mood_new\" USING (\"m\"::text::\"mood_new\");"
                        + " ALTER TYPE \"mood\" RENAME TO \"mood_old\"; ALTER TYPE \"mood_new\" RENAME TO \"mood\";"
                        + " DROP TYPE \"public\".\"mood_old\"; COMMIT; |"
                        + " ALTER TYPE \"mood\" ADD VALUE 'new' | {USE}",
                "CREATE TYPE mood AS ENUM ('q') | DROP TYPE IF EXISTS public.mood, nothing |"
                        + " CREATE TYPE mood AS ENUM ('a') | {T}; ALTER TYPE mood ADD VALUE 'new' | {USE}",
                // In blocks, whose effects are taken back to a savepoint where they fail.
                "DO $$ BEGIN CREATE TYPE public.mood AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$ | {T} |"
                        + " ALTER TYPE mood ADD VALUE 'new' | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | {T}; ALTER TYPE mood OWNER TO CURRENT_USER |"
                        + " DO $$ BEGIN ALTER TYPE public.mood /* c */ ADD VALUE 'new'; EXCEPTION WHEN duplicate_object THEN NULL;"
                        + " END $$ | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN IF 1 = 2 THEN ALTER TYPE mood ADD VALUE 'never'; END IF;"
                        + " END $$ | DO $$ BEGIN EXECUTE 'ALTER TYPE mood ADD VALUE ''b'''; END $$ |"
                        + " ALTER TYPE mood ADD VALUE 'new'",
                "CREATE TYPE mood AS ENUM ('a') | {T} | SAVEPOINT s; ALTER TYPE mood ADD VALUE 'never'; ROLLBACK TO s;"
                        + " RELEASE s | ALTER TYPE mood ADD VALUE 'new'",
                // Odd labels.
                "CREATE TYPE mood AS ENUM ('a', 'public', 'it''s') | {T}; ALTER TYPE mood OWNER TO CURRENT_USER |"
                        + " ALTER TYPE mood ADD VALUE 'it''s not' AFTER 'it''s' | ALTER TYPE mood ADD VALUE 'new' | {USE}",
                "CREATE TYPE mood AS ENUM ('a', E'b\\n') | {T} | ALTER TYPE mood ADD VALUE 'new'",
            })
    void areTheSameInOneTransactionAsOneByOne(String history) {
        assertEqualByAllWays(migrations(history));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // A block that says "type" and the type's name has nothing to do with it.
                "CREATE TYPE \"OrderType\" AS ENUM ('new'); CREATE TABLE o (id int, s \"OrderType\") |"
                        + " DO $$ BEGIN CREATE VIEW w AS SELECT id AS \"orderType\" FROM o; END $$ |"
                        + " ALTER TYPE \"OrderType\" ADD VALUE 'done' | CREATE VIEW v AS SELECT id FROM o WHERE s = 'done'",
                // Guards around the creation, of a type that is not there and of one that is.
                "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'mood') THEN CREATE TYPE mood AS ENUM ('a');"
                        + " END IF; END $$; {T} | ALTER TYPE mood ADD VALUE 'new' | {USE}",
                "CREATE TYPE mood AS ENUM ('a', 'z') | DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_type t WHERE"
                        + " t.typname = 'mood') THEN CREATE TYPE mood AS ENUM ('a'); END IF; END $$; {T} |"
                        + " ALTER TYPE mood ADD VALUE 'new' BEFORE 'z' | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN CREATE TYPE mood AS ENUM ('a');"
                        + " EXCEPTION WHEN duplicate_object THEN NULL; END $$ | ALTER TYPE mood ADD VALUE 'new' | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN CREATE TYPE mood AS ENUM ('x', 'y');"
                        + " EXCEPTION WHEN OTHERS THEN RAISE NOTICE 'there'; END $$ | ALTER TYPE mood ADD VALUE 'b' |"
                        + " ALTER TYPE mood ADD VALUE 'new' AFTER 'a' | {USE}",
                // Guards around the label.
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_enum e JOIN pg_type t"
                        + " ON t.oid = e.enumtypid WHERE t.typname = 'mood' AND e.enumlabel = 'new') THEN"
                        + " ALTER TYPE mood ADD VALUE 'new'; END IF; END $$ | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_enum WHERE enumlabel = 'new'"
                        + " AND enumtypid = (SELECT oid FROM pg_type WHERE typname = 'mood')) THEN"
                        + " ALTER TYPE mood ADD VALUE 'new'; END IF; END $$ | {USE} | DO $$ BEGIN IF NOT EXISTS (SELECT FROM"
                        + " pg_catalog.pg_enum, pg_type WHERE pg_type.oid = enumtypid AND enumlabel = 'new' AND typname = 'mood')"
                        + " THEN ALTER TYPE mood ADD VALUE 'new'; END IF; END $$",
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN IF 'new' NOT IN (SELECT enumlabel FROM pg_enum WHERE enumtypid"
                        + " = 'mood'::regtype) THEN ALTER TYPE mood ADD VALUE 'new'; END IF; END $$ | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN ALTER TYPE mood ADD VALUE 'a';"
                        + " EXCEPTION WHEN duplicate_object THEN NULL; END $$ | ALTER TYPE mood ADD VALUE 'new' | {USE}",
                // A type that goes and comes again.
                "CREATE TYPE mood AS ENUM ('a') | {T}; ALTER TYPE mood ADD VALUE 'b' | DROP TABLE t; DROP TYPE mood |"
                        + " CREATE TYPE mood AS ENUM ('a') | {T} | ALTER TYPE mood ADD VALUE 'new' | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | ALTER TYPE mood ADD VALUE 'b' | DROP TYPE mood | CREATE TYPE mood AS ENUM ('a') |"
                        + " {T}",
                // Blocks that take back what they did, or do not do it.
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN PERFORM 1 / 0; ALTER TYPE mood ADD VALUE 'b';"
                        + " EXCEPTION WHEN division_by_zero THEN NULL; END $$ | ALTER TYPE mood ADD VALUE 'new' | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN ALTER TYPE mood ADD VALUE 'b'; PERFORM 1 / 0;"
                        + " EXCEPTION WHEN OTHERS THEN NULL; END $$ | ALTER TYPE mood ADD VALUE 'new' | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN IF 1 = 2 THEN ALTER TYPE mood ADD VALUE 'never'; END IF;"
                        + " END $$ | ALTER TYPE mood ADD VALUE 'new' | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN IF 1 = 2 THEN ALTER TYPE mood ADD VALUE 'new' BEFORE 'a';"
                        + " ELSE ALTER TYPE mood ADD VALUE 'new'; END IF; END $$ | {USE}",
                "DO $$ BEGIN IF 1 = 2 THEN CREATE TYPE mood AS ENUM ('a', 'x'); ELSE CREATE TYPE mood AS ENUM ('a'); END IF; END $$ |"
                        + " {T} | ALTER TYPE mood ADD VALUE 'b'",
                "CREATE TYPE mood AS ENUM ('a') | {T} | SAVEPOINT s; ALTER TYPE mood ADD VALUE 'never'; ROLLBACK TO s;"
                        + " RELEASE s | ALTER TYPE mood ADD VALUE 'new' | {USE}",
                // Dynamic SQL, functions and loops, which do not follow the order of the text.
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN EXECUTE 'ALTER TYPE mood ADD VALUE ''c'''; END $$ |"
                        + " ALTER TYPE mood ADD VALUE 'b'",
                "CREATE TYPE mood AS ENUM ('a'); CREATE TYPE other AS ENUM ('o') | {T} | DO $$ BEGIN EXECUTE format("
                        + "'ALTER TYPE %I ADD VALUE %L', 'other', 'c'); END $$ | ALTER TYPE other ADD VALUE 'b' |"
                        + " ALTER TYPE mood ADD VALUE 'new' | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN FOR i IN REVERSE 2..1 LOOP IF i = 1 THEN ALTER TYPE mood ADD"
                        + " VALUE 'b'; ELSE ALTER TYPE mood ADD VALUE 'c'; END IF; END LOOP; END $$",
                "CREATE TYPE mood AS ENUM ('a') | CREATE FUNCTION more() RETURNS void LANGUAGE plpgsql AS $$ BEGIN"
                        + " ALTER TYPE mood ADD VALUE IF NOT EXISTS 'c'; END $$ | {T}; SELECT more() | ALTER TYPE mood ADD VALUE 'b'",
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN EXECUTE 'ALTER TYPE mood ADD VALUE ''c'''; END $$ |"
                        + " ALTER TYPE mood ADD VALUE 'b' | ALTER TYPE mood ADD VALUE IF NOT EXISTS 'c'",
                // Spellings.
                "CREATE TYPE mood AS ENUM (E'a') | {T} | ALTER TYPE mood ADD VALUE E'n\\145w' | {USE}",
                "CREATE TYPE mood AS ENUM (U&'\\0061', $$z$$) | {T} | ALTER TYPE mood ADD VALUE $x$new$x$ BEFORE 'z' | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | {T} | ALTER TYPE mood ADD VALUE U&'\\006eew' | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO 'BEGIN ALTER TYPE mood ADD VALUE ''new''; END' | {USE}",
                "DO LANGUAGE 'plpgsql' $$ BEGIN CREATE TYPE mood AS ENUM ('a'); END $$ | {T} | DO LANGUAGE 'plpgsql' $$ BEGIN"
                        + " ALTER TYPE mood ADD VALUE 'new'; END $$ | {USE}",
                "DO E'BEGIN\\nCREATE TYPE mood AS ENUM (\\'a\\'); END' LANGUAGE plpgsql | {T} | ALTER TYPE mood ADD VALUE 'new' |"
                        + " {USE}",
                "CREATE TYPE \"Mo od\" AS ENUM ('a') | ALTER TYPE \"Mo od\" ADD VALUE 'new' | ALTER TYPE \"Mo od\" RENAME TO MOOD;"
                        + " {T} | ALTER TYPE Public.Mood ADD VALUE 'b' AFTER 'new' | {USE}",
                // A name that is free again.
                "CREATE TYPE mood AS ENUM ('a', 'new') | {T} | ALTER TYPE mood RENAME VALUE 'new' TO 'y' |"
                        + " ALTER TYPE mood ADD VALUE 'new' BEFORE 'a' | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | {T} | ALTER TYPE mood ADD VALUE 'x' | ALTER TYPE mood RENAME VALUE 'x' TO 'y' |"
                        + " ALTER TYPE mood ADD VALUE 'new' BEFORE 'y' | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | {T} | ALTER TYPE mood SET SCHEMA public | ALTER TYPE mood ADD VALUE 'new' | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | {T} | ALTER TYPE mood ADD VALUE 'new'; ALTER TYPE mood ADD VALUE IF NOT EXISTS 'new';"
                        + " ALTER TYPE mood ADD VALUE IF NOT EXISTS 'b' AFTER 'a' | {USE}",
                // Readers of labels: behind all that are added, or in a function that nobody calls.
                "CREATE TYPE mood AS ENUM ('a') | {T} | ALTER TYPE mood ADD VALUE 'new' | INSERT INTO t SELECT"
                        + " unnest(enum_range(NULL::mood)) | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | CREATE FUNCTION labels() RETURNS mood[] LANGUAGE sql AS 'SELECT"
                        + " enum_range(NULL::mood)' | {T} | ALTER TYPE mood ADD VALUE 'new' | {USE}",
                "CREATE TYPE mood AS ENUM ('y') | SELECT enum_range(NULL::mood) | DROP TYPE mood; CREATE TYPE mood AS ENUM ('a'); {T} |"
                        + " ALTER TYPE mood ADD VALUE 'new' | {USE}",
                // Readers of another enum, also such as read again.
                "CREATE TYPE kind AS ENUM ('k', 'l'); CREATE TYPE mood AS ENUM ('a') | {T}; CREATE MATERIALIZED VIEW kinds AS SELECT"
                        + " unnest(enum_range(NULL::public.\"kind\")) | ALTER TYPE mood ADD VALUE 'new' | {USE}",
                "CREATE TYPE kind AS ENUM ('k', 'l') | CREATE VIEW kinds AS SELECT unnest(enum_range(NULL::kind)) k | CREATE TABLE log AS"
                        + " SELECT k FROM kinds; DROP VIEW kinds; CREATE TYPE mood AS ENUM ('a'); {T} | ALTER TYPE mood ADD VALUE 'new' |"
                        + " {USE}",
                "CREATE TYPE kind AS ENUM ('k'); CREATE TYPE mood AS ENUM ('a'); {T} | DO $$ BEGIN INSERT INTO t SELECT 'a' WHERE"
                        + " 'k' = ANY (enum_range(NULL::kind)); ALTER TYPE mood ADD VALUE 'new'; END $$ | {USE}",
                // Readers that would see a reserved label: by a name that the type gets, also in dynamic SQL.
                "CREATE TYPE kind AS ENUM ('a') | CREATE VIEW kinds AS SELECT unnest(enum_range(NULL::kind)) k | ALTER TYPE kind RENAME"
                        + " TO mood; CREATE TYPE kind AS ENUM ('k'); {T}; INSERT INTO t SELECT k FROM kinds | ALTER TYPE mood ADD VALUE 'new'",
                "CREATE FUNCTION size() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN cardinality(enum_range(NULL::mood)); END $$ |"
                        + " CREATE TYPE kind AS ENUM ('a'); ALTER TYPE kind RENAME TO mood; {T} | INSERT INTO t SELECT 'a' FROM"
                        + " generate_series(1, size()) | ALTER TYPE mood ADD VALUE 'new'",
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN EXECUTE 'ALTER TYPE mood RENAME TO kind'; END $$; INSERT INTO t SELECT"
                        + " unnest(enum_range(NULL::kind)); ALTER TYPE kind RENAME TO mood | ALTER TYPE mood ADD VALUE 'new'",
                "CREATE TYPE kind AS ENUM ('k'); CREATE TYPE mood AS ENUM ('a') | {T} | INSERT INTO t SELECT 'a' FROM"
                        + " unnest(enum_range(NULL::kind)) k, unnest(enum_range(null::mood)) m | ALTER TYPE mood ADD VALUE 'new'",
                // Readers that would see a reserved label.
                "DO $$ BEGIN CREATE TYPE mood AS ENUM ('a'); {T}; INSERT INTO t SELECT unnest(enum_range(NULL::mood)); END $$ |"
                        + " ALTER TYPE mood ADD VALUE 'new' | ALTER TYPE mood ADD VALUE 'b'",
                "CREATE TABLE log (x text) | CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log SELECT"
                        + " enumlabel FROM pg_enum WHERE enumtypid = 'mood'::regtype; RETURN NEW; END $$ | CREATE TYPE mood AS ENUM"
                        + " ('a') | {T}; CREATE TRIGGER note BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION note() | INSERT INTO t"
                        + " VALUES ('a') | ALTER TYPE mood ADD VALUE 'new' | INSERT INTO t SELECT 'a' FROM log LIMIT 1",
                "CREATE TYPE mood AS ENUM ('a') | {T}; INSERT INTO t SELECT unnest(enum_range(NULL::mood)) |"
                        + " ALTER TYPE mood ADD VALUE 'new'",
                "CREATE TYPE mood AS ENUM ('a') | {T} | CREATE FUNCTION labels() RETURNS SETOF mood LANGUAGE sql AS 'SELECT"
                        + " unnest(enum_range(NULL::mood))' | INSERT INTO t SELECT labels() | ALTER TYPE mood ADD VALUE 'new'",
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ DECLARE l text; BEGIN FOR l IN SELECT enumlabel FROM pg_enum JOIN"
                        + " pg_type t ON t.oid = enumtypid WHERE typname = 'mood' LOOP EXECUTE format('INSERT INTO t VALUES (%L)', l);"
                        + " END LOOP; END $$ | ALTER TYPE mood ADD VALUE 'new'",
            })
    void areThoseOfAFileByFileRun(String history) {
        assertEqualByAllWays(migrations(history));
    }

    /** Where a label cannot be reserved and is used, the error names the type, the version and the remedy. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TYPE mood AS ENUM ('a') | {T}; INSERT INTO t SELECT unnest(enum_range(NULL::mood)) |"
                        + " ALTER TYPE mood ADD VALUE 'new' | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN EXECUTE 'ALTER TYPE mood ADD VALUE ''new'''; END $$ | {USE}",
                "CREATE TYPE mood AS ENUM ('a') | {T}; DO $$ BEGIN EXECUTE 'ALTER TYPE mood ADD VALUE ''c'''; END $$ |"
                        + " ALTER TYPE mood ADD VALUE 'new' | {USE}",
                // Nor may a handler hide it.
                "CREATE TYPE mood AS ENUM ('a') | {T}; INSERT INTO t SELECT unnest(enum_range(NULL::mood)) |"
                        + " ALTER TYPE mood ADD VALUE 'new' | DO $$ BEGIN INSERT INTO t VALUES ('new'); EXCEPTION WHEN OTHERS THEN"
                        + " NULL; END $$",
                "CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN EXECUTE 'ALTER TYPE mood ADD VALUE ''new'''; END $$ |"
                        + " DO 'BEGIN INSERT INTO t VALUES (''new''); EXCEPTION WHEN object_not_in_prerequisite_state THEN NULL; END'",
                // A quoted name, which the failing statement does not mention.
                "CREATE TYPE \"My mood\" AS ENUM ('a') | CREATE TABLE t (m \"My mood\"); SELECT enum_range(NULL::\"My mood\") |"
                        + " ALTER TYPE \"My mood\" ADD VALUE 'new' | INSERT INTO t VALUES ('new')",
            })
    void areRefusedWhereTheyCannotBeUsed(String history) {
        TenantMigrator migrator = Samples.with(database, migrations(history));

        assertThatThrownBy(() -> migrator.createTenant(TenantName.forUser("a")))
                .isInstanceOf(MigrationFailedException.class)
                .hasMessageContaining("mood")
                .hasMessageContaining("write the label into CREATE TYPE")
                .hasMessageContaining("20240104/migration.sql:1")
                .hasMessageContaining("nothing of the tenant was kept");
        assertThat(migrator.tenants()).isEmpty();
    }

    /** The error is not that of the last attempt, in which the label is added as it is written. */
    @Test
    void doNotHideAnotherFailure() {
        Migration[] all = migrations(
                "CREATE TYPE mood AS ENUM ('a') | {T} | ALTER TYPE mood ADD VALUE 'new' | {USE} | SELECT 1 / 0");

        assertThatThrownBy(() -> Samples.create(database, "a", all))
                .isInstanceOf(MigrationFailedException.class)
                .hasMessageContaining("division by zero")
                .hasMessageContaining("20240105/migration.sql:1");
    }

    @Test
    void areThoseOfAFileByFileRunInTheCallersTransactionToo() throws SQLException {
        Migration[] all =
                migrations("CREATE TYPE mood AS ENUM ('a') | {T} | DO $$ BEGIN IF 1 = 2 THEN ALTER TYPE mood ADD VALUE"
                        + " 'never'; END IF; END $$ | ALTER TYPE mood ADD VALUE 'new' | {USE}");
        String tenant;
        try (Connection connection = database.rawDataSource().getConnection()) {
            connection.setAutoCommit(false);
            tenant = Samples.with(database, all)
                    .createTenant(connection, TenantName.forUser("a"))
                    .schema();
            connection.commit();
        }

        assertThat(facts(database, tenant)).isEqualTo(fileByFile(all));
    }

    /** Prisma changes an enum between BEGIN and COMMIT, which are absorbed: the file is one transaction. */
    @Test
    void ofTwoSwapsOneOfWhichFailsNothingIsKept() {
        Migration types = Migration.of(
                "1",
                "CREATE TYPE \"mood\" AS ENUM ('a', 'b'); CREATE TYPE \"kind\" AS ENUM ('k', 'l');"
                        + " CREATE TABLE t (m \"mood\", k \"kind\")");
        Migration row = Migration.of("2", "INSERT INTO t VALUES ('a', 'l')");
        Migration swaps = Migration.of("3", swap("mood", "m", "'a'") + swap("kind", "k", "'k'"));
        String tenant = Samples.create(database, "a", types, row);
        List<List<Object>> before = facts(database, tenant);
        TenantMigrator migrator = Samples.with(database, types, row, swaps);

        FleetReport report = migrator.deploy(Tenants.all());

        assertThat(report.failed()).hasSize(1);
        assertThat(facts(database, tenant)).isEqualTo(before);
        assertThat(database.values("SELECT version FROM " + tenant + ".schema_migrations ORDER BY 1"))
                .containsExactly("1", "2");
        assertThatThrownBy(() -> migrator.createTenant(TenantName.forUser("b")))
                .isInstanceOf(MigrationFailedException.class)
                .hasMessageContaining("kind");
        assertThat(migrator.tenants()).containsExactly(tenant);
    }

    private static String swap(String type, String column, String labels) {
        return """
                BEGIN;
                CREATE TYPE "%1$s_new" AS ENUM (%3$s);
                ALTER TABLE "t" ALTER COLUMN "%2$s" TYPE "%1$s_new" USING ("%2$s"::text::"%1$s_new");
                ALTER TYPE "%1$s" RENAME TO "%1$s_old";
                ALTER TYPE "%1$s_new" RENAME TO "%1$s";
                DROP TYPE "%1$s_old";
                COMMIT;
                """.formatted(type, column, labels);
    }

    @Test
    void areKnownWhereMigrationsRunToSeeWhatTheyMake() {
        Migration[] all = {
            Migration.of("1", "CREATE TYPE mood AS ENUM ('a'); ALTER TYPE mood OWNER TO CURRENT_USER"),
            // The first attempt in the scratch schema finds that this label is not added.
            Migration.of("1a", "DO $$ BEGIN IF 1 = 2 THEN ALTER TYPE mood ADD VALUE 'never'; END IF; END $$"),
            Migration.of("2", "ALTER TYPE mood ADD VALUE 'new'"),
            Migration.of("3", "CREATE TABLE t (m mood DEFAULT 'new')")
        };
        String tenant = Samples.create(database, "a", all);
        database.execute("DROP TABLE " + tenant + ".t");

        Samples.migrator(database, all)
                .requiredTables("t")
                .build()
                .backfill(Tenants.all())
                .throwIfFailed();

        assertThat(database.value(
                        "SELECT column_default FROM information_schema.columns WHERE table_schema = ?"
                                + " AND table_name = 't'",
                        tenant))
                .contains("'new'");
    }
}
