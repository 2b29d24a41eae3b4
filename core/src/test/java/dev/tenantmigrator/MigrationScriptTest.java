package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
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

    /** The driver would end the connection in the middle of the statement. */
    @Test
    void aNulIsRefusedWithItsLine() {
        assertThatThrownBy(() -> file("a\n\nVALUES ('x\0y');\n").text())
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("NUL character")
                .hasMessageContaining("f:3");
    }

    @Test
    void aFileInAnotherEncodingIsRefused() {
        for (Charset utf16 : List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
            assertThatThrownBy(() -> new MigrationScript("f", "SELECT 1".getBytes(utf16)).text())
                    .isInstanceOf(InvalidMigrationException.class)
                    .hasMessageContaining("UTF-16")
                    .hasMessageContaining("f:1");
        }
        assertThatThrownBy(() -> new MigrationScript("f", "a\né".getBytes(StandardCharsets.ISO_8859_1)).text())
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("not UTF-8")
                .hasMessageContaining("f:2");
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
