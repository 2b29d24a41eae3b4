package dev.tenantmigrator.cli.setup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StarredTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a       | a database has no role "a" | *** database has no role "***"
            e       | the server refuses         | the server refuses
            secret  | user:secret@host, secretly | user:***@host, secretly
            pass$1  | it says pass$1.            | it says ***.
            !x!     | foo!x!bar                  | foo***bar
            é       | été é                      | été ***""")
    void aSecretIsStarredAsAWholeToken(String secret, String text, String expected) {
        assertThat(Database.starred(text, secret)).isEqualTo(expected);
    }
}
