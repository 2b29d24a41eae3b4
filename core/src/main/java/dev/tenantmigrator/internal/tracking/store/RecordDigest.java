package dev.tenantmigrator.internal.tracking.store;

import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.source.CodePointOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.stream.Collectors;

/** The SHA-256, in hex, of a record: its versions with their checksums. Computed here or by the server, with equal results. */
public final class RecordDigest {

    private RecordDigest() {}

    /** The digest of a record. The order of recording does not matter. */
    public static String of(Collection<RecordedVersion> rows) {
        String text = rows.stream()
                .map(row -> row.version() + '/' + row.checksum().orElse("") + (row.finished() ? '+' : '-'))
                .sorted(CodePointOrder.INSTANCE)
                .collect(Collectors.joining("\n"));
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * An expression for the digest of rows in the database. The bytes of UTF-8 sort as code points do, whatever the server's encoding is.
     *
     * @param rows the rows, as {@code FROM} names them
     */
    static String sql(String rows) {
        return "pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.array_to_string(ARRAY(SELECT r.line FROM ("
                + "SELECT version::pg_catalog.text OPERATOR(pg_catalog.||) '/' OPERATOR(pg_catalog.||)"
                + " coalesce(checksum::pg_catalog.text, '') OPERATOR(pg_catalog.||)"
                + " CASE WHEN applied_at IS NULL THEN '-' ELSE '+' END AS line, version::pg_catalog.text AS version FROM "
                + rows
                + ") r WHERE r.version OPERATOR(pg_catalog.<>) '' ORDER BY pg_catalog.convert_to(r.line, 'UTF8')"
                + "), E'\\n'), 'UTF8')), 'hex')";
    }
}
