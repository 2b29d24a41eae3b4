package dev.tenantmigrator.cli.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Text in aligned columns. */
public final class TextTable {

    /** Fleets up to this size are listed completely: they fit on a screen. */
    static final int SMALL_FLEET = 20;

    /** Rows shown of a larger fleet: about two screens. */
    static final int MAX_ROWS = 50;

    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    public TextTable(String... heads) {
        rows.add(List.of(heads));
    }

    /** Adds a row with one cell per column. */
    public void add(String... cells) {
        rows.add(Arrays.stream(cells).map(TerminalText::clean).toList());
    }

    /** Adds a tenant with one line per detail. */
    void add(String tenant, String outcome, List<String> details) {
        add(tenant, outcome, details.get(0));
        details.stream().skip(1).forEach(detail -> add("", "", detail));
    }

    /** The header and all rows. */
    public List<String> lines() {
        return rows.stream().map(this::line).toList();
    }

    private String line(List<String> row) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            String cell = row.get(column);
            line.append(cell).append(" ".repeat(width(column) - cell.length())).append(GAP);
        }
        return line.toString().stripTrailing();
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
