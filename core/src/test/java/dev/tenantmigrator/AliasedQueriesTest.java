package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random queries with an alias called like the schema. Each returns in a tenant, adapted, the rows that it returns as it is in a
 * database whose schema {@code public} has the tenant's rows. In the tenant's database {@code public} has others.
 */
@PostgresTest
class AliasedQueriesTest {

    private static final int QUERIES = 200;
    private static final String TENANT = "Te \"nant";

    private static final String OBJECTS = """
            CREATE DOMAIN num AS int;
            CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $1 + SHIFT';
            CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
            CREATE TABLE a (n int, v text, d date); CREATE TABLE b (LIKE a); CREATE TABLE c (LIKE a);
            INSERT INTO a SELECT g, 'a' || g, date '2020-01-01' + g * 400 FROM generate_series(SHIFT, SHIFT + 2) g;
            INSERT INTO b SELECT g, 'b' || g, date '2020-01-01' + g * 400 FROM generate_series(SHIFT, SHIFT + 3) g;
            INSERT INTO c SELECT g, 'c' || g, date '2020-01-01' + g * 400 FROM generate_series(SHIFT + 1, SHIFT + 2) g""";

    private final TestDatabase database;

    AliasedQueriesTest(TestDatabase database) {
        this.database = database;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void returnTheTenantsRows(long seed) throws SQLException {
        try (TestDatabase original = TestDatabase.create("original");
                Connection before = original.rawDataSource().getConnection();
                Connection after = database.rawDataSource().getConnection();
                Statement unadapted = before.createStatement();
                Statement adapted = after.createStatement()) {
            unadapted.execute(OBJECTS.replace("SHIFT", "1"));
            adapted.execute("RESET search_path; DROP SCHEMA public CASCADE; CREATE SCHEMA public; "
                    + OBJECTS.replace("SHIFT", "100"));
            adapted.execute("DROP SCHEMA IF EXISTS " + Sql.identifier(TENANT) + " CASCADE; CREATE SCHEMA "
                    + Sql.identifier(TENANT) + "; SET search_path = " + Sql.identifier(TENANT) + ", public; "
                    + OBJECTS.replace("SHIFT", "1"));
            Random random = new Random(seed);
            for (int i = 0; i < QUERIES; i++) {
                String sql =
                        "SELECT string_agg(q::text, ' ' ORDER BY q::text) FROM (" + new Query(random).sql() + ") q";

                assertThat(value(adapted, adapt(sql))).as(sql).isEqualTo(value(unadapted, sql));
            }
            adapted.execute("RESET search_path");
        }
    }

    private static String adapt(String sql) {
        SharedObjects shared = new SharedObjects("public", Set.of(), Map.of(), Set.of());
        return SchemaAdapter.standard()
                .adapt(MigrationScript.of("m.sql", sql), shared)
                .statements(TENANT)
                .get(0)
                .sql();
    }

    private static String value(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return String.valueOf(rows.getString(1));
        } catch (SQLException e) {
            throw new SQLException(e.getMessage() + ": " + sql, e);
        }
    }

    /** A query of several relations, one of them called {@code public}. */
    private static final class Query {

        private final Random random;
        private final List<String> relations = new ArrayList<>();

        Query(Random random) {
            this.random = random;
        }

        String sql() {
            String from = from();
            StringBuilder sql = new StringBuilder(oneOf("SELECT ", "SELECT DISTINCT ", "SELECT ALL "));
            int columns = 1 + random.nextInt(3);
            for (int i = 0; i < columns; i++) {
                sql.append(i == 0 ? "" : ", ")
                        .append(expression(2))
                        .append(oneOf(" AS ", " "))
                        .append("x")
                        .append(i);
            }
            sql.append(" FROM ").append(from);
            if (random.nextBoolean()) {
                sql.append(" WHERE ").append(condition());
            }
            if (random.nextInt(4) == 0) {
                sql.append(" UNION ALL SELECT ");
                sql.append("NULL, ".repeat(columns - 1)).append("NULL");
                sql.append(" FROM public.a, public.b");
            }
            String with = "WITH w AS (SELECT public.n FROM " + oneOf("public.a public", "public.c, public.b AS public")
                    + ") " + sql;
            return random.nextInt(4) == 0 ? with : sql.toString();
        }

        private String from() {
            StringBuilder from = new StringBuilder();
            int count = 1 + random.nextInt(3);
            int named = random.nextInt(count);
            boolean commas = random.nextBoolean();
            for (int i = 0; i < count; i++) {
                String name = i == named ? "public" : "r" + i;
                String item = oneOf(
                                "public.a AS NAME",
                                "public.b NAME",
                                "ONLY public.c AS NAME",
                                "(SELECT b.* FROM public.c, public.b) NAME",
                                "LATERAL (SELECT b.* FROM public.b WHERE b.n > 1) AS NAME")
                        .replace("NAME", name);
                String join = commas ? ", " : oneOf(" CROSS JOIN ", " JOIN ");
                from.append(i == 0 ? "" : join).append(item);
                relations.add(name);
                if (i > 0 && join.equals(" JOIN ")) {
                    from.append(" ON ").append(column(i, "n")).append(" = ").append(column(i - 1, "n"));
                }
            }
            if (!commas && random.nextInt(2) == 0) {
                from.insert(0, oneOf("(", "public.c z, (")).append(" CROSS JOIN public.b y)");
            }
            if (random.nextInt(3) == 0) {
                from.append(oneOf(
                        ", public.c last", ", LATERAL (SELECT public.n + last.n AS n FROM public.c last) last",
                        ", public.f(public.n) last(n)", ", generate_series(public.n, public.n + 1) last(n)"));
                relations.add("last");
            }
            return from.toString();
        }

        private String expression(int depth) {
            if (depth == 0) {
                return column("n");
            }
            String inner = expression(depth - 1);
            return switch (random.nextInt(14)) {
                case 0 -> "public.f(" + inner + ")";
                case 1 -> "CAST(" + inner + " AS public.num)";
                case 2 -> inner + "::public.num";
                case 3 -> "(CASE WHEN public.n > 1 THEN " + inner + " ELSE public.n END)";
                case 4 -> "(CASE public.n WHEN public.n THEN public.n WHEN 2 THEN " + inner + " END)";
                case 5 -> "(public.n OPERATOR(public.===) " + inner + ")::int";
                case 6 -> "extract(year FROM public.d)::int";
                case 7 -> "length(substring(public.v FROM public.n FOR 2))";
                case 8 -> "(public.n IS DISTINCT FROM " + inner + ")::int";
                case 9 -> "(ARRAY[" + inner + ", public.n])[2]";
                case 10 -> "greatest(" + inner + ", public.n, " + column("n") + ")";
                case 11 -> "(SELECT count(*)::int FROM public.b, public.c WHERE b.n = public.n)";
                case 12 -> "public.num '3' + public.n";
                default -> "public.n";
            };
        }

        private String condition() {
            return oneOf(
                    "EXISTS (SELECT FROM public.b, public.c WHERE b.n = public.n)",
                    "public.n IN (SELECT c.n FROM public.a, public.c)",
                    "(public.n, public.v) IN (SELECT b.n, b.v FROM public.b) OR public.n IN (1, public.n)",
                    "public.v LIKE public.v AND public.n BETWEEN public.n AND public.n",
                    "public.v COLLATE \"C\" > 'a' AND NOT public.n = ANY (ARRAY[9, public.n + 1])",
                    "public.n = (SELECT max(public.n) FROM public.b AS public, public.c)");
        }

        private String column(String name) {
            return column(random.nextInt(relations.size()), name);
        }

        private String column(int relation, String name) {
            return relations.get(relation) + "." + name;
        }

        private String oneOf(String... choices) {
            return choices[random.nextInt(choices.length)];
        }
    }
}
