package dev.tenantmigrator.benchmark;

import java.util.Locale;

/**
 * A kind of migration, common in real histories. Each kind is a numbered series for one table: number 2 replaces the objects of
 * number 1, which {@link #baseline} creates.
 */
enum MigrationKind {
    A("add a column", """
            -- AlterTable
            ALTER TABLE "{a}" ADD COLUMN "k_{n}" TEXT;
            """, """
            SELECT count(*) FROM pg_attribute WHERE attname = 'k_{n}'
            """),
    B("add an enum and a column of it", """
            -- CreateEnum
            CREATE TYPE "{a}_e_{n}" AS ENUM ('X', 'Y');

            -- AlterTable
            ALTER TABLE "{a}" ADD COLUMN "c_{n}" "{a}_e_{n}" NOT NULL DEFAULT 'X';
            """, """
            SELECT count(*) FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
            WHERE attname = 'c_{n}' AND typname = '{a}_e_{n}' AND typtype = 'e'
            """),
    C("create a table with a foreign key and an index", """
            -- CreateTable
            CREATE TABLE "{a}_n_{n}" (
                "id" SERIAL NOT NULL,
                "a_id" INTEGER NOT NULL,
                "name" TEXT,

                CONSTRAINT "{a}_n_{n}_pkey" PRIMARY KEY ("id"),
                CONSTRAINT "{a}_n_{n}_a_id_fkey" FOREIGN KEY ("a_id") REFERENCES "{a}"("id")
            );

            -- CreateIndex
            CREATE INDEX "{a}_n_{n}_a_id_idx" ON "{a}_n_{n}"("a_id");
            """, """
            SELECT count(*) FROM pg_constraint f JOIN pg_index i ON indrelid = conrelid
            WHERE conname = '{a}_n_{n}_a_id_fkey' AND confrelid <> 0 AND NOT indisprimary
            """),
    D("replace an index", """
            -- DropIndex
            DROP INDEX "{a}_i_{before}";

            -- CreateIndex
            CREATE INDEX "{a}_i_{n}" ON "{a}"("x");
            """, """
            SELECT sum(CASE relname WHEN '{a}_i_{n}' THEN 1 ELSE -1 END) FROM pg_class
            WHERE relname IN ('{a}_i_{n}', '{a}_i_{before}')
            """),
    // Longer, so that no row is written: PostgreSQL changes its catalogs only.
    E("make a VARCHAR longer", """
            -- AlterTable
            ALTER TABLE "{a}" ALTER COLUMN "y" TYPE VARCHAR({n}0);
            """, """
            SELECT count(*) FROM pg_attribute WHERE attname = 'y' AND format_type(atttypid, atttypmod) = 'character varying({n}0)'
            """),
    F("swap an enum, as Prisma does", """
            -- AlterEnum
            CREATE TYPE "{a}_R_new" AS ENUM ('X', 'Y', 'Z_{n}');
            ALTER TABLE "{a}" ALTER COLUMN "r" DROP DEFAULT;
            ALTER TABLE "{a}" ALTER COLUMN "r" TYPE "{a}_R_new" USING ("r"::text::"{a}_R_new");
            ALTER TYPE "{a}_R" RENAME TO "{a}_R_old";
            ALTER TYPE "{a}_R_new" RENAME TO "{a}_R";
            DROP TYPE "public"."{a}_R_old";
            ALTER TABLE "{a}" ALTER COLUMN "r" SET DEFAULT 'X';
            """, """
            SELECT count(*) FROM pg_attribute a JOIN pg_type t ON t.oid = atttypid JOIN pg_enum ON enumtypid = t.oid
            WHERE attname = 'r' AND atthasdef AND typname = '{a}_R' AND enumlabel = 'Z_{n}'
            """),
    G("replace a function and its trigger", """
            CREATE OR REPLACE FUNCTION "{a}_touch"() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                NEW."x" := greatest(NEW."x", {n});
                RETURN NEW;
            END
            $$;
            DROP TRIGGER IF EXISTS "{a}_touched" ON "{a}";
            CREATE TRIGGER "{a}_touched" BEFORE UPDATE ON "{a}" FOR EACH ROW EXECUTE FUNCTION "{a}_touch"('{n}');
            """, """
            SELECT count(*) FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid
            WHERE tgname = '{a}_touched' AND encode(tgargs, 'escape') = '{n}\\000' AND prosrc LIKE '%, {n});%'
            """),
    H("drop a column, add another", """
            -- AlterTable
            ALTER TABLE "{a}" DROP COLUMN "h_{before}", ADD COLUMN "h_{n}" INTEGER;
            """, """
            SELECT sum(CASE attname WHEN 'h_{n}' THEN 1 ELSE -1 END) FROM pg_attribute
            WHERE attname IN ('h_{n}', 'h_{before}')
            """),
    I("replace a check constraint", """
            -- AlterTable
            ALTER TABLE "{a}" ADD CONSTRAINT "{a}_p_{n}" CHECK ("x" > -{n});
            ALTER TABLE "{a}" DROP CONSTRAINT "{a}_p_{before}";
            """, """
            SELECT sum(CASE conname WHEN '{a}_p_{n}' THEN 1 ELSE -1 END) FROM pg_constraint
            WHERE conname IN ('{a}_p_{n}', '{a}_p_{before}')
            """),
    J("replace a view", """
            CREATE OR REPLACE VIEW "{a}_v" AS SELECT "id", "x" FROM "{a}" WHERE "x" <> {n};
            """, """
            SELECT count(*) FROM pg_class WHERE relname = '{a}_v' AND pg_get_viewdef(oid) LIKE '%<> {n})%'
            """);

    private final String title;
    private final String script;
    private final String proof;

    MigrationKind(String title, String script, String proof) {
        this.title = title;
        this.script = script;
        this.proof = proof;
    }

    /** A short description. */
    String title() {
        return title;
    }

    /** Creates the table with the objects of number 1 of each kind, and rows that checks and rewrites must process. */
    static String baseline(String table) {
        return filled("""
                -- CreateEnum
                CREATE TYPE "{a}_R" AS ENUM ('X', 'Y', 'Z_1');

                -- CreateTable
                CREATE TABLE "{a}" (
                    "id" SERIAL NOT NULL,
                    "x" INTEGER NOT NULL,
                    "y" VARCHAR(10),
                    "r" "{a}_R" NOT NULL DEFAULT 'X',
                    "h_1" INTEGER,

                    CONSTRAINT "{a}_pkey" PRIMARY KEY ("id"),
                    CONSTRAINT "{a}_p_1" CHECK ("x" > -1)
                );
                INSERT INTO "{a}" ("x", "y") SELECT number, 'row ' || number FROM generate_series(1, 10) AS number;

                -- CreateIndex
                CREATE INDEX "{a}_i_1" ON "{a}"("x");
                """, table, 1) + G.script(table, 1) + J.script(table, 1);
    }

    /** The migration with a number; needs the migrations before it. */
    String script(String table, int number) {
        return filled(script, table, number);
    }

    /** A query that counts the tenants whose last migration of this kind has the number. */
    String proof(String table, int number) {
        return filled(proof, table, number);
    }

    /** The name of a migration's file. */
    String migration(int number) {
        return String.format(Locale.ROOT, "kind_%s_%d", name().toLowerCase(Locale.ROOT), number);
    }

    private static String filled(String text, String table, int number) {
        return text.replace("{a}", table)
                .replace("{n}", String.valueOf(number))
                .replace("{before}", String.valueOf(number - 1));
    }
}
