package dev.tenantmigrator;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;

/**
 * The bytes of one {@code migration.sql} or {@code rollback.sql} and where they came from. Immutable and thread-safe.
 */
public final class MigrationScript {

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final String location;
    private final byte[] raw;
    private final byte[] normalized;
    private final String checksum;

    /**
     * A script read from a file.
     *
     * @param location the name of the file in error messages, e.g. {@code migrations/20241218_init/migration.sql}
     * @param content the file's bytes, copied
     */
    public MigrationScript(String location, byte[] content) {
        this.location = location;
        this.raw = content.clone();
        this.normalized = withoutCarriageReturns(withoutByteOrderMark(content));
        this.checksum = sha256(normalized);
    }

    /**
     * A script from text.
     *
     * @param location the name of the script in error messages
     * @param sql its text
     * @return the script
     */
    public static MigrationScript of(String location, String sql) {
        return new MigrationScript(location, sql.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The name of the file in error messages.
     *
     * @return the location as it was given
     */
    public String location() {
        return location;
    }

    /**
     * The script's text, without a byte-order mark and with CRLF read as LF, so that checkouts on all operating systems create equal
     * functions and have equal checksums.
     *
     * @return the text
     * @throws InvalidMigrationException when the bytes are not UTF-8 or hold a NUL, which no text of PostgreSQL can; names the line
     */
    public String text() {
        refuseNul();
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(normalized))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidMigrationException("the file is not UTF-8; save it as UTF-8", location, malformedLine());
        }
    }

    /**
     * The checksum that is recorded: SHA-256 in lower-case hex of the bytes without a byte-order mark and with CRLF read
     * as LF.
     *
     * @return 64 hexadecimal digits
     */
    public String checksum() {
        return checksum;
    }

    /**
     * Whether a recorded checksum fits this file: it may be {@link #checksum()}, or the SHA-256 of the raw bytes or of the CRLF form,
     * which older tools recorded.
     *
     * @param recorded a checksum from the tracking table
     * @return true when it matches, letter case aside
     */
    public boolean matches(String recorded) {
        // Most rows have this one, and comparing it needs no hashing.
        return recorded.equals(checksum)
                || Stream.of(normalized, raw, withCarriageReturns(normalized))
                        .anyMatch(form -> sha256(form).equalsIgnoreCase(recorded));
    }

    @Override
    public String toString() {
        return location;
    }

    /** The driver would notice only after it has sent a part of the statement, and lose the connection. */
    private void refuseNul() {
        int line = 1;
        for (byte b : normalized) {
            if (b == 0) {
                throw new InvalidMigrationException(
                        "the file holds a NUL character, which no text in PostgreSQL can; remove it, or save the file as"
                                + " UTF-8 if it is UTF-16",
                        location,
                        line);
            }
            line += b == '\n' ? 1 : 0;
        }
    }

    private int malformedLine() {
        int line = 1;
        int start = 0;
        for (int i = 0; i <= normalized.length; i++) {
            if (i == normalized.length || normalized[i] == '\n') {
                try {
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(normalized, start, i - start));
                } catch (CharacterCodingException e) {
                    return line;
                }
                start = i + 1;
                line++;
            }
        }
        return 1;
    }

    private static byte[] withoutByteOrderMark(byte[] bytes) {
        boolean marked = bytes.length >= 3 && Arrays.equals(bytes, 0, 3, BYTE_ORDER_MARK, 0, 3);
        return marked ? Arrays.copyOfRange(bytes, 3, bytes.length) : bytes.clone();
    }

    private static byte[] withoutCarriageReturns(byte[] bytes) {
        byte[] result = new byte[bytes.length];
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            boolean beforeLineFeed = bytes[i] == '\r' && i + 1 < bytes.length && bytes[i + 1] == '\n';
            if (!beforeLineFeed) {
                result[length++] = bytes[i];
            }
        }
        return Arrays.copyOf(result, length);
    }

    private static byte[] withCarriageReturns(byte[] bytes) {
        int lineFeeds = 0;
        for (byte b : bytes) {
            if (b == '\n') {
                lineFeeds++;
            }
        }
        byte[] result = new byte[bytes.length + lineFeeds];
        int length = 0;
        for (byte b : bytes) {
            if (b == '\n') {
                result[length++] = '\r';
            }
            result[length++] = b;
        }
        return result;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
