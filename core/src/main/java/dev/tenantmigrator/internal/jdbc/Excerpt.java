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
        int start = sql.lastIndexOf('\n', place - 1) + 1;
        while (start < place && Character.isWhitespace(sql.charAt(start))) {
            start++;
        }
        int lineEnd = sql.indexOf('\n', place);
        int end = lineEnd < 0 ? sql.length() : lineEnd;
        while (end > place && Character.isWhitespace(sql.charAt(end - 1))) {
            end--;
        }
        // Cut before anything is copied: a line can be as long as the script.
        String before = sql.codePointCount(start, place) <= AROUND
                ? sql.substring(start, place)
                : "…" + sql.substring(sql.offsetByCodePoints(place, -AROUND), place);
        String behind = sql.codePointCount(place, end) <= AROUND
                ? sql.substring(place, end)
                : sql.substring(place, sql.offsetByCodePoints(place, AROUND)) + "…";
        String line = (before + behind).replace('\t', ' ').replace("\r", "");
        return line + "\n" + " ".repeat(before.codePointCount(0, before.length())) + "^";
    }
}
