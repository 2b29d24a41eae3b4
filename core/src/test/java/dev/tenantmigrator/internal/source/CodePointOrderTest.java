package dev.tenantmigrator.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CodePointOrderTest {

    /** U+FF21 is a fullwidth letter, U+1F600 and U+1F601 take two UTF-16 units. */
    private static final List<String> SORTED =
            List.of("", "1", "10", "10_a", "1_a", "2", "a", "aa", "\uFF21", "\uFF21a", "\uD83D\uDE00", "\uD83D\uDE01");

    /** A server whose encoding is UTF-8 sorts by {@code COLLATE "C"} as the bytes compare. */
    @Test
    void isTheOrderOfTheBytesInUtf8() {
        for (String left : SORTED) {
            for (String right : SORTED) {
                int bytes = Arrays.compareUnsigned(
                        left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
                assertThat(Integer.signum(CodePointOrder.INSTANCE.compare(left, right)))
                        .as("%s and %s", left, right)
                        .isEqualTo(Integer.signum(bytes))
                        .isEqualTo(Integer.compare(SORTED.indexOf(left), SORTED.indexOf(right)));
            }
        }
    }

    @Test
    void differsFromTheOrderOfTheUnits() {
        assertThat("\uD83D\uDE00").isLessThan("\uFF21");
        assertThat(CodePointOrder.INSTANCE.compare("\uD83D\uDE00", "\uFF21")).isPositive();
    }
}
