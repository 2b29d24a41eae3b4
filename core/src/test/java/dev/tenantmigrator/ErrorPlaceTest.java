package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where an error of a migration is said to be. */
@PostgresTest
class ErrorPlaceTest {

    private final TestDatabase database;

    ErrorPlaceTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    @Test
    void aCaretStandsUnderThePlaceInTheAdaptedText() {
        Failure failure = failure(
                "SELECT 1;\n\nCREATE TABLE public.é𝄞 (\n    a int,\n    b\tpublic.nonsense, -- why\n    c int);");

        assertThat(failure.line()).hasValue(5);
        List<String> lines = failure.excerpt().orElseThrow().lines().toList();
        assertThat(lines.get(0)).isEqualTo("b \"" + failure.tenant().orElseThrow() + "\".nonsense, -- why");
        assertThat(lines.get(1)).isEqualTo("  ^");
    }

    @Test
    void aLongLineIsCut() {
        Failure failure = failure("SELECT '" + "𝄞".repeat(300) + "', nonsense, '" + "y".repeat(300) + "'");

        List<String> lines = failure.excerpt().orElseThrow().lines().toList();
        assertThat(lines.get(0)).startsWith("…𝄞").contains("nonsense").endsWith("y…");
        assertThat(lines.get(0).codePointCount(0, lines.get(0).length())).isLessThan(130);
        int caret = lines.get(1).indexOf('^');
        assertThat(lines.get(0).substring(lines.get(0).offsetByCodePoints(0, caret)))
                .startsWith("nonsense");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1;\n-- c\nDO $$\nBEGIN\n  PERFORM 1;\n  PERFORM 1/0;\nEND $$",
                "SELECT 1;\nDO\n LANGUAGE plpgsql\n $$BEGIN\n\n PERFORM 1/0; END $$",
                "SELECT 1;\n\nDO 'BEGIN\n PERFORM ''x''; --\n\n EXECUTE ''SELECT 1/0'';\nEND'",
                "SELECT 1;\n\nDO $$ DECLARE\n r record; BEGIN\n\n EXECUTE 'DO ''BEGIN PERFORM 1/0; END'''; END $$",
                "CREATE FUNCTION public.f() RETURNS int LANGUAGE plpgsql AS $$\n\nBEGIN RETURN 1/0; END $$;\nDO $$\nBEGIN\n PERFORM public.f(); END $$",
                "SELECT 1;\nDO $$\nBEGIN\n IF true THEN\n  RAISE EXCEPTION 'x \"inline_code_block line 77 at y'; END IF; END $$",
                "SELECT 1;\nDO $$\nBEGIN\n IF true THEN\n  PERFORM 1 public.nonsense; END IF; END $$",
                "SELECT 1;\nDO $$\nBEGIN\n EXECUTE\n  'DROP TABLE public.nonsense'; END $$",
            })
    void anErrorInABlockHasItsLine(String sql) {
        int expected = sql.contains("EXECUTE\n") ? 4 : sql.contains("nonsense") || sql.contains("77") ? 5 : 6;

        Failure failure = failure(sql);

        assertThat(failure.line()).as(failure.toString()).hasValue(expected);
    }

    @Test
    void aCallOfAFunctionHasTheLineOfItsStatement() {
        Failure failure = failure(
                "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\n\nBEGIN RETURN 1/0; END $$;\nSELECT f()");

        assertThat(failure.line()).hasValue(4);
        assertThat(failure.excerpt()).isEmpty();
    }

    private Failure failure(String sql) {
        String a = Samples.create(database, "a", MEMBERS);
        return Samples.with(database, MEMBERS, Migration.of("20240401_fails", sql))
                .deploy(Tenants.named(a))
                .failed()
                .get(0)
                .failure();
    }
}
