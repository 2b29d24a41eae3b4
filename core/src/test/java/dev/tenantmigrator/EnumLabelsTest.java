package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.ArrayList;
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
        TenantMigrator migrator = Samples.with(database, Samples.MEMBERS);
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
    }

    /** Each part between bars is a migration. */
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
        List<Migration> migrations = new ArrayList<>();
        for (String script : history.split("\\|", -1)) {
            String sql = script.replace("{T}", TABLE).replace("{USE}", USE).trim();
            migrations.add(Migration.of("2024010" + (migrations.size() + 1), sql));
        }
        Migration[] all = migrations.toArray(Migration[]::new);
        String oneByOne = Samples.create(database, "a", all[0]);
        Samples.with(database, all).deploy(Tenants.named(oneByOne)).throwIfFailed();

        String atOnce = Samples.create(database, "b", all);

        assertThat(labels(atOnce)).isEqualTo(labels(oneByOne)).isNotEmpty();
        assertThat(database.values("SELECT m::text FROM " + atOnce + ".t"))
                .isEqualTo(database.values("SELECT m::text FROM " + oneByOne + ".t"));
    }

    @Test
    void areKnownWhereMigrationsRunToSeeWhatTheyMake() {
        Migration[] all = {
            Migration.of("1", "CREATE TYPE mood AS ENUM ('a'); ALTER TYPE mood OWNER TO CURRENT_USER"),
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

    private List<List<Object>> labels(String schema) {
        return database.query(
                "SELECT typname::text, enumlabel::text FROM pg_enum e JOIN pg_type t ON t.oid = enumtypid"
                        + " JOIN pg_namespace n ON n.oid = typnamespace WHERE nspname = ? ORDER BY typname, enumsortorder",
                schema);
    }
}
