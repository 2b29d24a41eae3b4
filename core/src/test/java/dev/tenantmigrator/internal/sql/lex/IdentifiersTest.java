package dev.tenantmigrator.internal.sql.lex;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdentifiersTest {

    private final Locale before = Locale.getDefault();

    @AfterEach
    void restoreLocale() {
        Locale.setDefault(before);
    }

    @Test
    void foldsByAsciiInATurkishLocale() {
        Locale.setDefault(Locale.forLanguageTag("tr-TR"));

        assertThat(Identifiers.fold("PUBLIC_TIİÉ")).isEqualTo("public_tiİÉ");
        assertThat(Identifiers.equalsKeyword("isolation", 0, 9, "ISOLATION")).isTrue();
    }

    @Test
    void takesNoOtherLetterForOneOfAKeyword() {
        assertThat(Identifiers.equalsKeyword("\u017fet", 0, 3, "SET")).isFalse();
        assertThat(Identifiers.equalsKeyword("l\u0131sten", 0, 6, "LISTEN")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    "Public"                       ¦ Public
                    "a""b"                         ¦ a"b
                    U&"\\0070ublic"                ¦ public
                    U&"\\+000070ublic"             ¦ public
                    u&"\\\\a"                      ¦ \\a
                    U&"!0070ublic" UESCAPE '!'     ¦ public
                    U&"!0070\\0070" uescape '!'    ¦ p\\0070
                    U&"\\00zz"                     ¦ \\00zz
                    U&"\\007"                      ¦ \\007
                    U&"\\+FFFFFF"                  ¦ \\+FFFFFF
                    """)
    void readsQuotedIdentifiers(String quoted, String name) {
        assertThat(Identifiers.unquote(quoted)).isEqualTo(name);
    }
}
