package dev.tenantmigrator.internal.sql.lex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the documentation leaves a doubt, the case was tried on a server. */
class LexerTest {

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    'it''s';                        ¦ STRING 'it''s' | SYMBOL ;
                    '\\' || 'a'                     ¦ STRING '\\' | OPERATOR || | STRING 'a'
                    E'it\\'s' x                     ¦ STRING E'it\\'s' | WORD x
                    e'\\\\' x                       ¦ STRING e'\\\\' | WORD x
                    B'01' X'1F' N'x' U&'\\0061'     ¦ STRING B'01' | STRING X'1F' | STRING N'x' | STRING U&'\\0061'
                    'a'⏎ 'b' c                      ¦ STRING 'a'⏎ 'b' | WORD c
                    'a' -- c;⏎'b' d                 ¦ STRING 'a' -- c;⏎'b' | WORD d
                    'a'⏎-- c⏎⏎-- d'⏎ 'b' e          ¦ STRING 'a'⏎-- c⏎⏎-- d'⏎ 'b' | WORD e
                    'a' 'b'                         ¦ STRING 'a' | STRING 'b'
                    'a'⏎/* c */⏎'b'                 ¦ STRING 'a' | COMMENT /* c */ | STRING 'b'
                    E'a\\''⏎'b\\'' c                ¦ STRING E'a\\''⏎'b\\'' | WORD c
                    'a'⏎E'b\\''                     ¦ STRING 'a' | STRING E'b\\''
                    $$a$$⏎'b'                       ¦ DOLLAR_STRING $$a$$ | STRING 'b'
                    "a""b" "x;"                     ¦ QUOTED_IDENTIFIER "a""b" | QUOTED_IDENTIFIER "x;"
                    U&"\\0061" u& "x"               ¦ QUOTED_IDENTIFIER U&"\\0061" | WORD u | OPERATOR & | QUOTED_IDENTIFIER "x"
                    U&"!0061" /* c */ uescape '!' . ¦ QUOTED_IDENTIFIER U&"!0061" /* c */ uescape '!' | SYMBOL .
                    U&"a" uescaped 'x'              ¦ QUOTED_IDENTIFIER U&"a" | WORD uescaped | STRING 'x'
                    $$a;b$$                         ¦ DOLLAR_STRING $$a;b$$
                    $é$x$$y$é$                      ¦ DOLLAR_STRING $é$x$$y$é$
                    $a$x$b$y$b$$a$ z                ¦ DOLLAR_STRING $a$x$b$y$b$$a$ | WORD z
                    $a$x$$a$ z                      ¦ DOLLAR_STRING $a$x$$a$ | WORD z
                    $1$2 $12a                       ¦ PARAMETER $1 | PARAMETER $2 | PARAMETER $12a
                    $1$$x$$                         ¦ PARAMETER $1 | DOLLAR_STRING $$x$$
                    a$1$b a$$x$$                    ¦ WORD a$1$b | WORD a$$x$$
                    1$$x$$                          ¦ NUMBER 1 | DOLLAR_STRING $$x$$
                    $ $a                            ¦ SYMBOL $ | SYMBOL $ | WORD a
                    été_1 表                        ¦ WORD été_1 | WORD 表
                    1.5 .5 1. 1e10 1.5e10           ¦ NUMBER 1.5 | NUMBER .5 | NUMBER 1. | NUMBER 1e10 | NUMBER 1.5e10
                    1..10 a.b.*                     ¦ NUMBER 1 | SYMBOL .. | NUMBER 10 | WORD a | SYMBOL . | WORD b | SYMBOL . | OPERATOR *
                    0x1F 1_000 12abc                ¦ NUMBER 0x1F | NUMBER 1_000 | NUMBER 12abc
                    1 - -1--c⏎+2                    ¦ NUMBER 1 | OPERATOR - | OPERATOR - | NUMBER 1 | COMMENT --c | OPERATOR + | NUMBER 2
                    1*/**/2                         ¦ NUMBER 1 | OPERATOR * | COMMENT /**/ | NUMBER 2
                    1+--x⏎2                         ¦ NUMBER 1 | OPERATOR + | COMMENT --x | NUMBER 2
                    a<>/*b*/c                       ¦ WORD a | OPERATOR <> | COMMENT /*b*/ | WORD c
                    /* a /* b */ ' */ c             ¦ COMMENT /* a /* b */ ' */ | WORD c
                    /**/*/**/                       ¦ COMMENT /**/ | OPERATOR * | COMMENT /**/
                    /*/**/*/x                       ¦ COMMENT /*/**/*/ | WORD x
                    a::b := c : d                   ¦ WORD a | SYMBOL :: | WORD b | SYMBOL := | WORD c | SYMBOL : | WORD d
                    a[1](2),{}                      ¦ WORD a | SYMBOL [ | NUMBER 1 | SYMBOL ] | SYMBOL ( | NUMBER 2 | SYMBOL ) | SYMBOL , | SYMBOL { | SYMBOL }
                    \\d 'x⏎y                        ¦ PSQL_COMMAND \\d 'x | WORD y
                    \\restrict a'b⏎y                ¦ COMMENT \\restrict a'b | WORD y
                    --                              ¦ COMMENT --
                    """)
    void cutsByPostgresRules(String sql, String expected) throws Exception {
        Tokens tokens = Lexer.lex(breakLines(sql));

        List<String> described = new ArrayList<>();
        for (int i = 0; i < tokens.count(); i++) {
            if (tokens.kind(i) != TokenKind.WHITESPACE) {
                described.add(tokens.kind(i) + " " + tokens.text(i));
            }
        }
        assertThat(String.join(" | ", described)).isEqualTo(breakLines(expected));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    a;⏎'b⏎c              ¦ 2 ¦ quoted string
                    a⏎⏎E'b\\'⏎           ¦ 3 ¦ quoted string
                    E'\\                 ¦ 1 ¦ quoted string
                    'a'⏎'b               ¦ 1 ¦ quoted string
                    a "b⏎c               ¦ 1 ¦ quoted identifier
                    a⏎U&"b""             ¦ 2 ¦ quoted identifier
                    a⏎/* b⏎/* c */       ¦ 2 ¦ /* comment
                    /*/                  ¦ 1 ¦ /* comment
                    U&"a"⏎/* b           ¦ 2 ¦ /* comment
                    a⏎$$b⏎$b$            ¦ 2 ¦ dollar-quoted string
                    $a$ $A$              ¦ 1 ¦ dollar-quoted string
                    """)
    void namesTheLineOnWhichAnUnterminatedTokenBegan(String sql, int line, String what) {
        UnreadableSqlException e = catchThrowableOfType(UnreadableSqlException.class, () -> Lexer.lex(breakLines(sql)));

        assertThat(e).hasMessageContaining(what);
        assertThat(e.line()).isEqualTo(line);
    }

    @Test
    void readsAPartWithTheOffsetsOfTheWhole() throws Exception {
        Tokens tokens = Lexer.lex("a $$b.c$$ d", 4, 7);

        assertThat(tokens.count()).isEqualTo(3);
        assertThat(tokens.text(2)).isEqualTo("c");
        assertThat(tokens.start(2)).isEqualTo(6);
    }

    @Test
    void hasNoTokenOutsideOfTheText() throws Exception {
        Tokens tokens = Lexer.lex("a");

        assertThat(tokens.kind(-1)).isEqualTo(TokenKind.END);
        assertThat(tokens.kind(1)).isEqualTo(TokenKind.END);
        assertThat(tokens.next(0)).isEqualTo(1);
        assertThat(tokens.previous(0)).isEqualTo(-1);
        assertThat(tokens.name(1)).isEmpty();
    }

    private static String breakLines(String text) {
        return text.replace('⏎', '\n');
    }
}
