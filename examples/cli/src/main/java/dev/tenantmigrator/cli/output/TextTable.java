package dev.tenantmigrator.cli.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Text in aligned columns that fit the screen. */
public final class TextTable {

    /** Fleets up to this size are listed completely: they fit on a screen. */
    static final int SMALL_FLEET = 20;

    /** Rows shown of a larger fleet: about two screens. */
    static final int MAX_ROWS = 50;

    /** A narrower cell tells nothing. */
    private static final int MIN_WIDTH = 8;

    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    public TextTable(String... heads) {
        add(heads);
    }

    /** Adds a row with one cell per column. */
    public final void add(String... cells) {
        rows.add(Arrays.stream(cells).map(TerminalText::clean).toList());
    }

    /** The header and all rows. The widest cells are cut in the middle unless the screen is verbose. */
    public List<String> lines(Screen screen) {
        int[] widths = widths(screen);
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            lines.add(line(row, widths, screen));
        }
        return lines;
    }

    private int[] widths(Screen screen) {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], Screen.columns(row.get(column)));
            }
        }
        int available = screen.width() - GAP.length() * (widths.length - 1);
        while (!screen.verbose() && Arrays.stream(widths).sum() > available) {
            int widest = 0;
            for (int column = 1; column < widths.length; column++) {
                widest = widths[column] > widths[widest] ? column : widest;
            }
            if (widths[widest] <= MIN_WIDTH) {
                break;
            }
            widths[widest]--;
        }
        return widths;
    }

    private String line(int row, int[] widths, Screen screen) {
        StringBuilder line = new StringBuilder();
        int blanks = 0;
        for (int column = 0; column < widths.length; column++) {
            String cell = Screen.cut(rows.get(row).get(column), widths[column]);
            if (!cell.isEmpty()) {
                line.append(" ".repeat(blanks)).append(row == 0 ? screen.heading(cell) : screen.outcome(cell));
                blanks = 0;
            }
            blanks += widths[column] - Screen.columns(cell) + GAP.length();
        }
        return line.toString();
    }
}
