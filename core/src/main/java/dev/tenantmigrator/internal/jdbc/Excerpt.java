package dev.tenantmigrator.internal.jdbc;

/** The line of a statement on which an error is, with a caret under the place. */
final class Excerpt {

    /** Characters of a long line on either side of the place. */
    private static final int AROUND = 60;

    private Excerpt() {}

    /** @param position characters (code points) into the text, from 1 */
    static String at(String sql, int position) {
        int characters = sql.codePointCount(0, sql.length());
        int place = sql.offsetByCodePoints(0, Math.max(0, Math.min(position - 1, characters)));
        int start = place;
        while (start > 0 && sql.charAt(start - 1) != '\n') {
            start--;
        }
        int end = place;
        while (end < sql.length() && sql.charAt(end) != '\n') {
            end++;
        }
        String before = sql.substring(start, place).stripLeading();
        String behind = sql.substring(place, end).stripTrailing();
        if (before.codePointCount(0, before.length()) > AROUND) {
            before = "…" + before.substring(before.offsetByCodePoints(before.length(), -AROUND));
        }
        if (behind.codePointCount(0, behind.length()) > AROUND) {
            behind = behind.substring(0, behind.offsetByCodePoints(0, AROUND)) + "…";
        }
        String line = (before + behind).replace('\t', ' ').replace("\r", "");
        return line + "\n" + " ".repeat(before.codePointCount(0, before.length())) + "^";
    }
}
