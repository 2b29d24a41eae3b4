package dev.tenantmigrator.internal.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.TenantMigratorException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A tenant's name comes in where the scratch schema is named, spelled as the place needs it. */
class SchemaReplacementTest {

    private static final String SCRATCH = "scratch_1a2b";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            SELECT * FROM scratch_1a2b.t                 | SELECT * FROM "O'Ne\\""il".t
            "scratch_1a2b"."scratch_1a2b_x".scratch_1a2bx | "O'Ne\\""il"."scratch_1a2b_x".scratch_1a2bx
            nextval('scratch_1a2b."S"'::regclass)        | nextval('"O''Ne\\""il"."S"'::regclass)
            nextval('"scratch_1a2b".s')                  | nextval('"O''Ne\\""il".s')
            E'\\\\ scratch_1a2b.s'                       | E'\\\\ "O''Ne\\\\""il".s'
            'a\\' scratch_1a2b                           | 'a\\' "O'Ne\\""il"
            E'\\'scratch_1a2b' scratch_1a2b              | refused
            'it''s scratch_1a2b.t'                       | refused
            schema = 'scratch_1a2b'                      | schema = 'O''Ne\\"il'
            $f$ scratch_1a2b 'scratch_1a2b' $f$          | $f$ "O'Ne\\""il" 'O''Ne\\"il' $f$
            $f$ $1 $$'$$ scratch_1a2b $f$                | $f$ $1 $$'$$ "O'Ne\\""il" $f$
            /* ' /* */ scratch_1a2b */ scratch_1a2b      | /* ' /* */ scratch_1a2b */ "O'Ne\\""il"
            a$scratch_1a2b $1 scratch_1a2b               | a$scratch_1a2b $1 "O'Ne\\""il"
            /* open scratch_1a2b                         | /* open scratch_1a2b
            U&"scratch_1a2b".t SCRATCH_1A2B.t scratch_1a2b | "O'Ne\\""il".t "O'Ne\\""il".t "O'Ne\\""il"
            e'scratch_1a2b.s' U&'scratch_1a2b.s'         | e'"O''Ne\\\\""il".s' U&'"O''Ne\\\\""il".s'
            \\d scratch_1a2b.t                           | \\d "O''Ne\\""il".t
            don't scratch_1a2b.t                         | don't "O''Ne\\""il".t
            a - scratch_1a2b / scratch_1a2b.é            | a - "O'Ne\\""il" / "O'Ne\\""il".é
            """)
    void everyPlaceGetsItsSpelling(String definition, String expected) {
        SchemaReplacement move = new SchemaReplacement(SCRATCH, "O'Ne\\\"il");
        if (expected.equals("refused")) {
            assertThatThrownBy(() -> move.apply(definition))
                    .isInstanceOf(TenantMigratorException.class)
                    .hasMessageContaining("a string with strings inside");
        } else {
            assertThat(move.apply(definition)).isEqualTo(expected);
        }
    }

    @Test
    void aLineCommentEndsWithItsLine() {
        SchemaReplacement move = new SchemaReplacement(SCRATCH, "t");
        assertThat(move.apply("-- don't: scratch_1a2b\nscratch_1a2b.f() -- scratch_1a2b"))
                .isEqualTo("-- don't: scratch_1a2b\n\"t\".f() -- scratch_1a2b");
    }

    @Test
    void aNameWithoutQuotesGoesIntoStringsInStrings() {
        assertThat(new SchemaReplacement(SCRATCH, "A b").apply("EXECUTE 'SELECT ''x'' FROM scratch_1a2b.t'"))
                .isEqualTo("EXECUTE 'SELECT ''x'' FROM \"A b\".t'");
    }

    @Test
    void aNameThatEndsTheQuoteIsRefused() {
        assertThatThrownBy(() -> new SchemaReplacement(SCRATCH, "a$f$b").apply("AS $f$ scratch_1a2b.t $f$"))
                .isInstanceOf(TenantMigratorException.class)
                .hasMessage(
                        "the tenant's name cannot be put into a definition: it holds $f$, which would end the function's"
                                + " body [tenant a$f$b]");
    }

    @Test
    void aScratchNameThatCouldStandElsewhereIsRefused() {
        assertThatThrownBy(() -> new SchemaReplacement("Scratch", "t")).isInstanceOf(IllegalArgumentException.class);
    }
}
