package dev.tenantmigrator.internal.drift;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.stream.Collectors;

/**
 * The fingerprint of a structure: the number of its objects, and the sums of the two halves of their hashes. It does not depend on an order,
 * and objects can be added to it and taken away.
 */
record Fingerprint(long objects, BigInteger first, BigInteger second) {

    static final Fingerprint EMPTY = new Fingerprint(0, BigInteger.ZERO, BigInteger.ZERO);

    /**
     * Of one object, as {@link StructureQuery#fingerprints} computes it.
     *
     * @param salt a secret of this comparison: objects could be chosen so that their hashes make a given sum
     */
    static Fingerprint of(StructureRow row, String salt) {
        String text = salt + StructureQuery.KINDS.indexOf(row.kind()) + "\u001e" + row.object() + '\u001e'
                + row.attributes().stream().map(value -> value.orElse("\u001f")).collect(Collectors.joining("\u001e"));
        byte[] hash = sha256().digest(text.getBytes(StandardCharsets.UTF_8));
        return new Fingerprint(1, new BigInteger(hash, 0, Long.BYTES), new BigInteger(hash, Long.BYTES, Long.BYTES));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    Fingerprint plus(Fingerprint other) {
        return new Fingerprint(objects + other.objects, first.add(other.first), second.add(other.second));
    }

    Fingerprint minus(Fingerprint other) {
        return new Fingerprint(objects - other.objects, first.subtract(other.first), second.subtract(other.second));
    }
}
