package dev.tenantmigrator.internal.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * A place of {@code format}'s first argument that another one is put into (PostgreSQL documentation, "format").
 *
 * @param start where it begins in the text
 * @param end behind it
 * @param argument which argument, from 1
 * @param type {@code I}, {@code L}, {@code s}, or {@code %} for a percent sign
 * @param beforeDot whether a dot follows
 */
record FormatSpecifier(int start, int end, int argument, char type, boolean beforeDot) {

    /** Behind any text. */
    static final FormatSpecifier NONE = new FormatSpecifier(Integer.MAX_VALUE, Integer.MAX_VALUE, 0, '%', false);

    boolean isPercent() {
        return type == '%';
    }

    static List<FormatSpecifier> read(CharSequence text) {
        List<FormatSpecifier> specifiers = new ArrayList<>();
        int last = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != '%') {
                continue;
            }
            int at = digits(text, i + 1);
            int argument = last + 1;
            if (at > i + 1 && at - i < 9 && at < text.length() && text.charAt(at) == '$') {
                argument = Integer.parseInt(text, i + 1, at, 10);
                at++;
            } else {
                at = i + 1;
            }
            while (at < text.length() && text.charAt(at) == '-') {
                at++;
            }
            at = digits(text, at);
            if (at >= text.length() || "ILs%".indexOf(text.charAt(at)) < 0) {
                continue;
            }
            char type = text.charAt(at);
            last = type == '%' ? last : argument;
            boolean beforeDot = at + 1 < text.length() && text.charAt(at + 1) == '.';
            specifiers.add(new FormatSpecifier(i, at + 1, argument, type, beforeDot));
            i = at;
        }
        return specifiers;
    }

    private static int digits(CharSequence text, int from) {
        int end = from;
        while (end < text.length() && Identifiers.isDigit(text.charAt(end))) {
            end++;
        }
        return end;
    }
}
