package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class MigrationScriptTest {

    // printf 'a\nb\n' | sha256sum
    private static final String UNIX = "911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2";

    private static MigrationScript file(String content) {
        return new MigrationScript("f", content.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void checksumIsThatOfTheUnixForm() {
        assertThat(file("a\nb\n").checksum()).isEqualTo(UNIX);
        assertThat(file("a\r\nb\r\n").checksum()).isEqualTo(UNIX);
        assertThat(file("\uFEFFa\nb\n").checksum()).isEqualTo(UNIX);
        assertThat(file("\uFEFFa\r\nb\r\n").text()).isEqualTo("a\nb\n");
        assertThat(file("a\rb").text()).isEqualTo("a\rb");
    }

    @Test
    void checksumsOfRawBytesAndOfTheOtherFormAreAccepted() {
        MigrationScript unix = file("a\nb\n");
        MigrationScript marked = file("\uFEFFa\nb\n");
        assertThat(unix.matches(UNIX)).isTrue();
        assertThat(unix.matches(UNIX.toUpperCase(Locale.ROOT))).isTrue();
        assertThat(unix.matches(sha256("a\r\nb\r\n"))).isTrue();
        assertThat(marked.matches(sha256("\uFEFFa\nb\n"))).isTrue();
        assertThat(unix.matches(sha256("a\nc\n"))).isFalse();
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
