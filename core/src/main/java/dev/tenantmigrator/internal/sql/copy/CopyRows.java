package dev.tenantmigrator.internal.sql.copy;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.lex.CopyData;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** Reads the rows of {@code COPY … FROM stdin} in text format, and divides them into lists for {@code INSERT}. */
final class CopyRows {

    /** More rows do not make it faster; the server needs memory for each. */
    private static final int MOST_ROWS = 1000;

    /** Characters after which a batch ends, so that wide rows do not make a statement of hundreds of MB. */
    private static final int MOST_CHARACTERS = 1 << 20;

    private final String text;
    private final int end;
    private final CopyOptions options;
    private final List<String> columns;
    private final CopyField field;
    private final CopyBatch.Collector batches;
    private final Set<String> defaulted = new TreeSet<>();

    private int position;
    private int line;
    private int width = -1;

    CopyRows(Statement statement, CopyOptions options, List<String> columns) {
        this.text = statement.tokens().source();
        this.options = options;
        this.columns = columns;
        this.end = statement.end();
        // A script can end without semicolon and data.
        this.position = statement.withoutCopyData().end();
        this.line = statement.lineAt(position);
        this.field = new CopyField(text, options.delimiter());
        this.batches = new CopyBatch.Collector(MOST_ROWS, MOST_CHARACTERS);
    }

    List<CopyBatch> batches() {
        return batches.all();
    }

    /** The number of values in each row; empty when there is no row. */
    OptionalInt width() {
        return width < 0 ? OptionalInt.empty() : OptionalInt.of(width);
    }

    /** The columns for which a row asks for the default. */
    Set<String> defaulted() {
        return defaulted;
    }

    /** Whether bytes of characters are written as escapes. */
    boolean hasBytes() {
        return field.hasBytes();
    }

    void read() throws UnreadableSqlException {
        if (position < end) {
            int semicolon = text.indexOf(';', position);
            int data = CopyData.lineBehind(text, semicolon);
            requireOnlyComment(semicolon, text.substring(semicolon + 1, data).strip());
            moveTo(data);
        }
        if (options.header() && hasRow()) {
            readHeader();
        }
        while (hasRow()) {
            readRow();
        }
        batches.end();
    }

    private void requireOnlyComment(int semicolon, String rest) throws UnreadableSqlException {
        boolean comment = rest.startsWith("--") || (rest.startsWith("/*") && rest.indexOf("*/") == rest.length() - 2);
        if (!rest.isEmpty() && !comment) {
            throw new UnreadableSqlException(
                    "the data of COPY begins on the next line; move this behind the data, to a line of its own",
                    text,
                    semicolon);
        }
    }

    private boolean hasRow() {
        return position < end && !CopyData.isEnd(text, position);
    }

    private void moveTo(int offset) {
        line += Tokens.lineBreaks(text, position, offset);
        position = offset;
    }

    /** Moves behind the field; returns whether another one follows in the row. */
    private boolean endField() {
        boolean delimited = field.end() < end && text.charAt(field.end()) == options.delimiter();
        moveTo(Math.min(end, field.end() + 1));
        return delimited;
    }

    private void readHeader() throws UnreadableSqlException {
        int start = position;
        List<String> names = new ArrayList<>();
        do {
            field.read(position, end);
            names.add(field.value());
        } while (endField());
        if (options.headerNamesColumns() && !names.equals(columns)) {
            throw new UnreadableSqlException(
                    columns.isEmpty()
                            ? "HEADER MATCH needs a list of columns here; write COPY t (a, b), or HEADER alone"
                            : "the header does not name the columns of COPY in their order; correct it",
                    text,
                    start);
        }
    }

    private void readRow() throws UnreadableSqlException {
        int start = position;
        batches.beginRow(line);
        int count = 0;
        do {
            field.read(position, end);
            batches.add(value(count++));
        } while (endField());
        batches.endRow();
        requireWidth(count, start);
    }

    private String value(int column) throws UnreadableSqlException {
        if (field.is(options.nullMarker())) {
            return "NULL";
        }
        if (options.defaultMarker().filter(field::is).isPresent()) {
            if (columns.isEmpty()) {
                throw new UnreadableSqlException(
                        "DEFAULT in data needs a list of columns here; write COPY t (a, b)", text, position);
            }
            if (column < columns.size()) {
                defaulted.add(columns.get(column));
            }
            return "DEFAULT";
        }
        return Sql.literalOnOneLine(field.value());
    }

    private void requireWidth(int count, int start) throws UnreadableSqlException {
        if (width < 0) {
            width = columns.isEmpty() ? count : columns.size();
        }
        if (count != width) {
            throw new UnreadableSqlException(
                    "this row of COPY has " + count + (count == 1 ? " value" : " values") + " where " + width
                            + (columns.isEmpty() ? " stand in the first row" : " columns are listed")
                            + "; correct it, or end the data with a line \\. before",
                    text,
                    start);
        }
    }
}
