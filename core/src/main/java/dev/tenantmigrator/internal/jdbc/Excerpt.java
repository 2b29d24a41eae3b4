package dev.tenantmigrator.internal.jdbc;

/** Shows the line of a statement with an error, and a caret under the error's place. */
final class Excerpt {

    /** Characters shown on either side of the place: both sides together fit into a wide terminal. */
    private static final int AROUND = 60;

    private Excerpt() {}

    /**
     * The line and the caret.
     *
     * @param position characters (code points) into the text, from 1
     */
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
        // The line is cut before it is copied, because it can be as long as the script.
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
