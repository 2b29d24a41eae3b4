package dev.tenantmigrator.internal.spare;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A spare whose mark cannot be read counts as old, and would be replaced again and again. */
class SpareMarkTest {

    private static final Instant SINCE = Instant.ofEpochSecond(1_700_000_000);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9_999, 10_000, 100_000})
    void isReadAsItWasWritten(int places) {
        List<String> unfit =
                IntStream.range(0, places).mapToObj(i -> "view v" + i).toList();
        for (Optional<String> comment :
                List.of(Optional.<String>empty(), Optional.of(""), Optional.of("mine\n\nreally\n"))) {
            SpareMark mark = new SpareMark("0a".repeat(32), SINCE, places % 2 == 0, unfit, comment);
            assertThat(SpareMark.parse(mark.text())).contains(mark);
        }
    }

    @Test
    void anotherCommentIsNone() {
        for (String text : List.of(
                "", "mine", "tenant-migrator spare 1", "tenant-migrator spare " + "0a".repeat(32) + " 1 - 2 -\none")) {
            assertThat(SpareMark.parse(text)).isEmpty();
        }
    }
}
