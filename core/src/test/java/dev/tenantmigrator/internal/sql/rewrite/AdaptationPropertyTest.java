package dev.tenantmigrator.internal.sql.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SchemaAdapter.TenantScript;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.rules.ExtensionRequest;
import dev.tenantmigrator.internal.sql.rules.SettingRules;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Properties that hold for any text. Seeds are fixed, so that a failure repeats. */
@Timeout(600)
class AdaptationPropertyTest {

    private static final SharedObjects SHARED =
            new SharedObjects("shared", Set.of("users"), Map.of("f", "extensions"), Set.of("a", "b", "y"));

    /** Every token and rule once, to be cut anywhere and put together in any order. */
    private static final String SQL = """
            CREATE TABLE public.t (a int DEFAULT 'x''y', "b;""c" text, c numeric(1,2)); -- comment 'x
            /* a /* nested ; */ " */ INSERT INTO "public"."t" VALUES (E'\\'x', B'1', X'1F', U&'\\0061', N'n', 1.5e-3, 0x1F, 1..2);
            SELECT 'a'
              -- more
              'b', $1, $tag$ x $$ y $$ $tag$, a$1$b, U&"\\0070ublic" UESCAPE '!' . x, x::public.kind OPERATOR(public.*) y;
            DO $do$ BEGIN EXECUTE $q$ SELECT public.f($z$ public.users $z$) $q$; END $do$;
            CREATE OR REPLACE FUNCTION public.f(language int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; END;
            CREATE FUNCTION g() RETURNS text SET search_path TO 'public', x AS $$ SELECT nextval('public.s') $$ LANGUAGE SQL;
            SET SESSION x = 1; SET DateStyle TO ISO; GRANT ALL ON SCHEMA public, y TO PUBLIC; BEGIN; COMMIT AND NO CHAIN;
            CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); CREATE EXTENSION IF NOT EXISTS "e"; DROP SCHEMA a, b;
            DO 'BEGIN EXECUTE ''SELECT ''''public.t''''::regclass '' || format(''public.%1$I %%'', ''public''); END';
            SELECT E'a\\'\\x70ublic''' -- c
              'b;', CAST(('public.' || x) AS regclass), nspname = ANY (ARRAY['public'::name]), '{public.a,"b"}'::regtype[];
            SELECT set_config('search_path', 'public', false::bool), x FROM t AS public WHERE 'public' <> n.nspname; RESET a.b;
            DO $$ DECLARE q text := 'SELECT public.x'; s CONSTANT text NOT NULL DEFAULT 'public'; a text[] := '{public.a,"b"}'; BEGIN
              q := concat_ws('.', 'public', s) || E'public.\\'x'; FOREACH q IN ARRAY a LOOP EXECUTE q USING public.id; END LOOP; END $$;
            SELECT (a, table_schema) = ('x', 'public'), CASE nspname WHEN 'public' THEN 1 END, s ~ '^(public)$' FROM a public, public.b;
            WITH public AS (SELECT 1) SELECT query_to_xml('SELECT public.x', ts_stat($s$public.y$s$)), s||'.'||t = 'public.t' FROM (public.c JOIN x USING (public));
            DO E'BEGIN EXECUTE \\'DROP TABLE public.\\' || quote_ident(\\'public\\'); SET search_path TO DEFAULT; END';
            \\restrict x
            \\d x
            """;

    private static final String[] TOKENS =
            ("public . , ( ) [ ] ; := = => :: || ~ @> <> * 'public' 'public.t' 'public.' '{public,\"public.t\"}'"
                            + " E'\\\\x70ublic.t' U&'public' $q$public.t$q$ '%I.%s' public.t x.y \"public\" \"\" U&\"public\" q s t 1 $1"
                            + " 'SELECT¬public.t' '^(public)$' 'pub'¬'lic' nspname table_schema regnamespace regclass SELECT FROM WHERE JOIN ON"
                            + " USING LATERAL ONLY AS UPDATE SET DELETE INSERT INTO VALUES MERGE WITH UNION CASE WHEN THEN ELSE END IN ANY"
                            + " ARRAY ROW NOT IS DISTINCT LIKE SIMILAR TO BETWEEN AND COLLATE OPERATOR CAST DECLARE BEGIN LOOP FOR FOREACH"
                            + " EXECUTE PERFORM RETURN QUERY OPEN RAISE DEFAULT CONSTANT STRICT format( concat( concat_ws( quote_ident("
                            + " quote_literal( coalesce( to_regclass( nextval( ts_stat( query_to_xml( crosstab( ts_rewrite( set_config("
                            + " has_table_privilege( tsvector_update_trigger( default_text_search_config search_path CREATE TABLE FUNCTION"
                            + " TRIGGER GRANT SCHEMA COMMENT ALTER TYPE ENUM DO LANGUAGE plpgsql ATOMIC /*x*/ --x¬")
                    .split(" ");

    private static final String ALPHABET = "'\"$$\\;.()-/**/ \n\r\tabEUux&1_é表:=+publicSCHEMA[]{}\0";

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyCharactersAreReadOrRefused(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(60); length > 0; length--) {
                boolean special = random.nextInt(10) > 0;
                text.append(
                        special ? ALPHABET.charAt(random.nextInt(ALPHABET.length())) : (char) random.nextInt(0x10000));
            }
            check(text.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6})
    void anyPiecesOfSqlAreReadOrRefused(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int pieces = 1 + random.nextInt(8); pieces > 0; pieces--) {
                int start = random.nextInt(SQL.length());
                text.append(SQL, start, Math.min(SQL.length(), start + random.nextInt(200)));
            }
            check(text.toString());
        }
    }

    /** Common tokens in any order: keywords, quotes and brackets fit together more often than in cut text. */
    @ParameterizedTest
    @ValueSource(longs = {7, 8})
    void anyTokensAreReadOrRefused(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 8_500; i++) {
            StringBuilder text = new StringBuilder();
            int wrapped = random.nextInt(4);
            text.append(
                    wrapped == 0
                            ? "DO $$ DECLARE "
                            : wrapped == 1 ? "CREATE FUNCTION f(s text = 'public') AS $$ " : "");
            for (int tokens = 1 + random.nextInt(40); tokens > 0; tokens--) {
                text.append(TOKENS[random.nextInt(TOKENS.length)].replace('¬', '\n'))
                        .append(random.nextInt(8) == 0 ? "\n" : " ");
            }
            check(text.append(wrapped < 2 ? " $$" : "").toString());
        }
    }

    @Test
    void everyPrefixAndSuffixIsReadOrRefused() {
        for (int i = 0; i <= SQL.length(); i++) {
            check(SQL.substring(0, i));
            check(SQL.substring(i));
        }
    }

    @Test
    void adaptsTwentyMegabytesInLinearTime() {
        String part = SQL.substring(0, SQL.indexOf("\\d"));
        timeToAdapt(part, 5);
        Duration small = timeToAdapt(part, 5);
        Duration large = timeToAdapt(part, 20);

        assertThat(large).isLessThan(Duration.ofSeconds(10));
        assertThat(large).isLessThan(small.multipliedBy(8).plusSeconds(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'a' -- x\n",
                "'a'\n",
                "U&\"a\" /* x */",
                "/*",
                "/**/",
                "(",
                "+",
                "$a",
                "$$a$$ ",
                "DO $a$ $b$",
                "public.",
                "SCHEMA public,",
                "public/**/",
                "CASE ",
                "BEGIN ATOMIC ",
                "DO $$ 'x $$;",
                "DO $$ $x $$;",
                "DO $$$x$;$$;",
                "LANGUAGE ",
                ";",
                "\\x\n",
                "-",
                "a.",
                "SET ",
                "DO $$ f($x$;$x$) $$;",
                "'public' || ",
                "f('public', ",
                "'public'::regclass ",
                "('public' ",
                "['public',",
                "x IN ('public', ",
                "NOT 'public' ",
                "EXECUTE 'public.' || ",
                "EXECUTE 'public.x';",
                "EXECUTE format('%I', 'public', ",
                "E'a''b\\'' ",
                "E'",
                "E'public\\''",
                "'%I' ",
                "EXECUTE format('%I%s' || ",
                "E'a'\n'b' ",
                "DO 'EXECUTE ''public.x''';",
                "public AS public ",
                "FROM t public, ",
                "SET search_path = public, ",
                "RESET a.",
                "set_config('search_path', '",
                "'{public,public}'",
                "=ANY(ARRAY[",
                "'public'/**/",
                "public.a/**/.'public'",
                "x::text::",
                "('public'::text::",
                "NOT NOT 'public'=",
                "(((ARRAY['public'",
                "x := 'public.x' ",
                "x := 'public'; ",
                "DECLARE x text := x; ",
                "SELECT 'public' INTO x ",
                "SELECT x INTO x, ",
                "; FOR x ",
                "LOOP FOR x IN SELECT 'public.x' ",
                "EXECUTE x; ",
                "EXECUTE x || ",
                "ts_stat('public.x', ",
                "ts_stat(",
                "CASE x WHEN 'public' ",
                "CASE WHEN nspname THEN 'public' ",
                "('public','a') = (nspname, ",
                "nspname || 'public' || ",
                "concat('public', ",
                "coalesce('public', ",
                "public, public.x ",
                "FROM public.x, ",
                "OPERATOR(public.",
                "END, public.x public ",
            })
    void repeatedTextTakesLinearTime(String part) {
        for (String prefix : new String[] {
            "",
            "CREATE FUNCTION f() AS $q$ ",
            "DO $q$ SELECT $r$ ",
            "DO $q$ EXECUTE $r$ ",
            "DO $q$ EXECUTE format(",
            "GRANT ALL ON SCHEMA ",
            "SELECT nspname = ANY ('{"
        }) {
            String text = prefix + part.repeat(100_000 / part.length()) + " $r$ $q$";

            assertThat(time(text)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void nestingTakesNoStack() {
        assertThat(time("/*".repeat(200_000) + "*/".repeat(200_000) + "SELECT 1"))
                .isLessThan(Duration.ofSeconds(10));
        assertThat(time("(".repeat(200_000) + ")".repeat(200_000))).isLessThan(Duration.ofSeconds(10));
        StringBuilder quotes = new StringBuilder("DO ");
        for (int i = 0; i < 100_000; i++) {
            quotes.append("$t").append(i).append("$ ");
        }
        assertThat(time(quotes.toString())).isLessThan(Duration.ofSeconds(10));
    }

    private static Duration timeToAdapt(String part, int megabytes) {
        MigrationScript file = MigrationScript.of("m.sql", part.repeat(megabytes * 1_000_000 / part.length()));
        long start = processorTime();
        assertThat(new PublicSchemaAdapter()
                        .adapt(file, SHARED)
                        .statements("t1")
                        .size())
                .isGreaterThan(megabytes);
        return Duration.ofNanos(processorTime() - start);
    }

    private static Duration time(String text) {
        long start = processorTime();
        check(text);
        return Duration.ofNanos(processorTime() - start);
    }

    private static final Pattern SETTING = Pattern.compile("(SET|RESET)\\b", Pattern.CASE_INSENSITIVE);

    /** The CPU time of this thread, whatever else the machine does. */
    private static long processorTime() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** All of the package either does its work on a text or throws what it documents. */
    private static void check(String text) {
        MigrationScript file = MigrationScript.of("m.sql", text);
        try {
            Tokens tokens = Lexer.lex(text);
            StringBuilder joined = new StringBuilder(text.length());
            boolean anyEmpty = false;
            for (int i = 0; i < tokens.count(); i++) {
                joined.append(tokens.text(i));
                anyEmpty |= tokens.end(i) <= tokens.start(i);
            }
            assertThat(anyEmpty).isFalse();
            assertThat(joined.toString().equals(text))
                    .as("the tokens are the text")
                    .isTrue();
        } catch (UnreadableSqlException e) {
            assertThat(e.line()).isPositive();
        }
        try {
            int line = 0;
            TenantScript script = new PublicSchemaAdapter().adapt(file, SHARED);
            script.notes().forEach(note -> assertThat(note.line()).isPositive());
            new PublicSchemaAdapter().adaptForCreation(List.of(file, file), SHARED);
            for (SqlStatement statement : script.statements("t1")) {
                assertThat(statement.sql()).isNotBlank();
                // Each part of a script begins with the settings that the script has made by then.
                if (!SETTING.matcher(statement.sql()).lookingAt()) {
                    assertThat(statement.line()).isGreaterThanOrEqualTo(line);
                    line = statement.line();
                }
            }
            ExtensionRequest.in(file);
            SettingRules.mayChangeSettings(file);
        } catch (InvalidMigrationException e) {
            assertThat(e).hasMessageContaining("m.sql");
        }
        try {
            String renamed = SchemaRenaming.rename(text, "public", "t1");
            assertThat(Tokens.lineBreaks(renamed, 0, renamed.length()))
                    .isEqualTo(Tokens.lineBreaks(text, 0, text.length()));
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("line");
        }
    }
}
