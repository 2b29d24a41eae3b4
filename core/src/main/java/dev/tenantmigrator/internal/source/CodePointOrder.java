package dev.tenantmigrator.internal.source;

import java.util.Comparator;

/**
 * Orders strings by code point, as PostgreSQL's collation {@code "C"} does in a UTF-8 database. {@link String#compareTo} compares
 * UTF-16 units instead, so it sorts U+10000 and above before U+E000 to U+FFFF.
 */
public enum CodePointOrder implements Comparator<String> {
    /** The order. */
    INSTANCE;

    @Override
    public int compare(String left, String right) {
        int shorter = Math.min(left.length(), right.length());
        for (int i = 0; i < shorter; i++) {
            if (left.charAt(i) != right.charAt(i)) {
                return Integer.compare(left.codePointAt(i), right.codePointAt(i));
            }
        }
        return Integer.compare(left.length(), right.length());
    }
}
