package dev.tenantmigrator.internal.sql.copy;

import dev.tenantmigrator.internal.sql.lex.Identifiers;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.template.LiteralText;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads the options of {@code COPY … FROM stdin}, in parentheses or in the syntax before PostgreSQL 9.0. */
final class CopyOptions {

    private static final Set<String> TRUE = Set.of("", "true", "on", "1");
    private static final Set<String> FALSE = Set.of("false", "off", "0");
    private static final Set<String> UTF8 = Set.of("utf8", "unicode");

    /** Characters that text format does not take as a delimiter (PostgreSQL's {@code copy.c}). */
    private static final String NO_DELIMITER = "\\.abcdefghijklmnopqrstuvwxyz0123456789\r\n";

    private static final String WRITE_TEXT =
            "; write the rows in text format, as COPY … TO and pg_dump do by default, or as INSERT statements";

    private final Tokens tokens;
    private final StatementCursor cursor;
    private final int statement;

    private char delimiter = '\t';
    private String nullMarker = "\\N";
    private Optional<String> defaultMarker = Optional.empty();
    private boolean header;
    private boolean headerNamesColumns;

    CopyOptions(Statement head, StatementCursor cursor) {
        this.tokens = head.tokens();
        this.cursor = cursor;
        this.statement = head.from();
    }

    char delimiter() {
        return delimiter;
    }

    String nullMarker() {
        return nullMarker;
    }

    Optional<String> defaultMarker() {
        return defaultMarker;
    }

    boolean header() {
        return header;
    }

    /** Whether the header must repeat the list of columns. */
    boolean headerNamesColumns() {
        return headerNamesColumns;
    }

    /** Reads all that follows {@code STDIN}. */
    void read() throws UnreadableSqlException {
        if (cursor.take("USING", "DELIMITERS") || cursor.take("DELIMITERS")) {
            delimiter(value());
        }
        cursor.take("WITH");
        if (cursor.takeSymbol('(')) {
            do {
                option(cursor.takeName());
            } while (cursor.takeSymbol(','));
            require(cursor.takeSymbol(')'), "the options do not end here; correct them");
        } else {
            while (!cursor.atEnd() && !nextIsWhere()) {
                String name = cursor.takeName();
                cursor.take("AS");
                legacyOption(name);
            }
        }
        require(
                !nextIsWhere(),
                "COPY … WHERE does not run here; leave the other rows out of the data and remove WHERE");
        require(cursor.atEnd(), "PostgreSQL knows no such clause of COPY; correct it");
        requireMarkers();
    }

    private boolean nextIsWhere() {
        return tokens.isWord(cursor.token(), "WHERE");
    }

    private void legacyOption(String name) throws UnreadableSqlException {
        switch (name) {
            case "csv", "binary" -> format(name);
            case "freeze" -> {}
            case "header" -> header = true;
            case "delimiter", "null", "encoding" -> option(name);
            default -> unknown(name);
        }
    }

    private void option(String name) throws UnreadableSqlException {
        switch (name) {
            case "format" -> format(value());
            // These options do not change the rows, so the library ignores them.
            case "freeze", "log_verbosity" -> value();
            case "delimiter" -> delimiter(value());
            case "null" -> nullMarker = value();
            case "default" -> defaultMarker = Optional.of(value());
            case "header" -> header(value().toLowerCase(Locale.ROOT));
            case "encoding" -> encoding(value());
            case "on_error" ->
                require(
                        value().equals("stop"),
                        "COPY with ON_ERROR does not run here; remove the option, and the rows that PostgreSQL refuses");
            default -> unknown(name);
        }
    }

    private void unknown(String name) throws UnreadableSqlException {
        require(false, "COPY in text format has no option \"" + name + "\" here; remove it");
    }

    void format(String format) throws UnreadableSqlException {
        require(!format.equals("csv"), "COPY … FROM stdin in CSV format does not run here" + WRITE_TEXT);
        require(!format.equals("binary"), "COPY … FROM stdin in binary format does not run here" + WRITE_TEXT);
        require(format.equals("text"), "COPY has no format \"" + format + "\"; remove it");
    }

    private void delimiter(String value) throws UnreadableSqlException {
        boolean valid = value.length() == 1 && value.charAt(0) < 0x80 && NO_DELIMITER.indexOf(value.charAt(0)) < 0;
        require(valid, "PostgreSQL does not take this delimiter; use one ASCII character that data cannot begin with");
        delimiter = value.charAt(0);
    }

    private void header(String value) throws UnreadableSqlException {
        headerNamesColumns = value.equals("match");
        header = headerNamesColumns || TRUE.contains(value);
        require(header || FALSE.contains(value), "HEADER is true, false or match; correct it");
    }

    private void encoding(String value) throws UnreadableSqlException {
        String name = value.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
        require(UTF8.contains(name), "the file is read as UTF-8; save the data as UTF-8 and remove ENCODING");
    }

    private void requireMarkers() throws UnreadableSqlException {
        String defaults = defaultMarker.orElse("");
        boolean lines = (nullMarker + defaults).chars().anyMatch(c -> c == '\n' || c == '\r');
        boolean split = (nullMarker + defaults).indexOf(delimiter) >= 0;
        boolean same = defaultMarker.isPresent() && defaults.equals(nullMarker);
        require(
                !lines && !split && !same,
                "PostgreSQL does not take these markers of COPY: neither NULL nor DEFAULT may hold a line break or the"
                        + " delimiter, and they must differ; correct them");
    }

    /** The value of an option, as PostgreSQL reads it; empty when there is none. */
    private String value() throws UnreadableSqlException {
        int token = cursor.token();
        TokenKind kind = cursor.atEnd() ? TokenKind.END : tokens.kind(token);
        Optional<String> value = switch (kind) {
            case STRING, DOLLAR_STRING -> LiteralText.of(tokens, token).map(LiteralText::text);
            case WORD -> Optional.of(Identifiers.fold(tokens.text(token)));
            case QUOTED_IDENTIFIER -> Optional.of(tokens.name(token));
            case NUMBER -> Optional.of(tokens.text(token));
            default -> Optional.empty();
        };
        boolean written = value.isPresent();
        require(
                written || kind == TokenKind.END || tokens.isSymbol(token, ',') || tokens.isSymbol(token, ')'),
                "PostgreSQL does not take this value of an option of COPY; correct it");
        if (written) {
            cursor.skip();
        }
        return value.orElse("");
    }

    private void require(boolean valid, String otherwise) throws UnreadableSqlException {
        if (!valid) {
            throw new UnreadableSqlException(otherwise, tokens.source(), tokens.start(statement));
        }
    }
}
