package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.rewrite.CodeRewriter.Rule;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.Escape;
import dev.tenantmigrator.internal.sql.template.LiteralText;
import dev.tenantmigrator.internal.sql.template.SchemaName.Spelling;
import java.util.Optional;

/**
 * The rule for string literals that PostgreSQL reads as a name, or compares with the name of a schema. The surroundings of
 * a literal tell its use: a cast, the function that takes it, the column it is compared with. Any other literal is data.
 */
final class LiteralRule implements Rule {

    private final SchemaReferences references;

    LiteralRule(SchemaReferences references) {
        this.references = references;
    }

    @Override
    public boolean apply(Tokens tokens, int token, Edits out) {
        if (!mayName(tokens, token)) {
            return false;
        }
        LiteralUse use = LiteralUse.of(tokens, token);
        Optional<LiteralText> literal = use == LiteralUse.DATA ? Optional.empty() : content(tokens, token);
        literal.ifPresent(value -> adapt(value, use, tokens, token, out));
        return literal.isPresent();
    }

    private static Optional<LiteralText> content(Tokens tokens, int token) {
        int open = tokens.previous(token);
        boolean isFormat = tokens.isSymbol(open, '(') && tokens.isName(tokens.previous(open), "format");
        return isFormat ? LiteralText.ofFormat(tokens, token) : LiteralText.of(tokens, token);
    }

    /** A quick check, because most literals name nothing. */
    private boolean mayName(Tokens tokens, int token) {
        TokenKind kind = tokens.kind(token);
        if (kind != TokenKind.STRING && kind != TokenKind.DOLLAR_STRING) {
            return false;
        }
        String schema = references.schema();
        String text = tokens.source();
        int last = tokens.end(token) - schema.length();
        for (int i = tokens.start(token); i < tokens.end(token); i++) {
            char c = text.charAt(i);
            // An escape may spell a part of the name.
            if (c == '\\' || c == '"' || (i <= last && text.regionMatches(true, i, schema, 0, schema.length()))) {
                return true;
            }
        }
        return schema.indexOf('\'') >= 0;
    }

    private void adapt(LiteralText literal, LiteralUse use, Tokens tokens, int token, Edits out) {
        String value = literal.text();
        boolean isSchema = value.equals(references.schema());
        switch (use) {
            case NAME -> qualified(Lexer.lexFragment(value), literal.edits(out));
            case NAMES -> arrayElements(literal, false, literal.edits(out));
            case SCHEMA_IDENTIFIER -> {
                Tokens identifier = Lexer.lexFragment(value);
                int first = identifier.next(-1);
                isSchema =
                        identifier.isName(first, references.schema()) && identifier.next(first) >= identifier.count();
                gap(isSchema, tokens, token, Spelling.LITERAL_IDENTIFIER, out);
            }
            case SCHEMA -> gap(isSchema, tokens, token, Spelling.LITERAL, out);
            case SCHEMA_PATTERN -> gap(isSchema, tokens, token, Spelling.LITERAL_PATTERN, out);
            case SCHEMA_OUTPUT -> gap(isSchema, tokens, token, Spelling.OUTPUT, out);
            case SCHEMAS -> arrayElements(literal, true, literal.edits(out));
            case DATA -> {}
        }
    }

    private static void gap(boolean isSchema, Tokens tokens, int token, Spelling spelling, Edits out) {
        if (isSchema) {
            out.gap(tokens.start(token), tokens.end(token), spelling);
        }
    }

    private void qualified(Tokens tokens, Edits out) {
        for (int token = tokens.next(-1); token < tokens.count(); token = tokens.next(token)) {
            references.apply(tokens, token, out);
        }
    }

    /** Replaces elements of {@code '{a,"b"}'}, except those with escapes of their own. */
    private void arrayElements(LiteralText array, boolean areSchemas, Edits out) {
        String text = array.text();
        Edits inElement = Edits.escaped(out, Escape.ARRAY);
        int i = 0;
        while (i < text.length()) {
            int start = i;
            boolean quoted = text.charAt(i) == '"';
            i++;
            if (quoted) {
                int close = text.indexOf('"', i);
                i = close < 0 ? text.length() : close + 1;
            } else if (!isDelimiter(text.charAt(start))) {
                while (i < text.length() && !isDelimiter(text.charAt(i))) {
                    i++;
                }
            }
            String element = quoted && i > start + 1 ? text.substring(start + 1, i - 1) : text.substring(start, i);
            if (areSchemas && element.equals(references.schema())) {
                inElement.gap(start, i, Spelling.VALUE);
            } else if (!areSchemas && element.indexOf('.') > 0 && element.indexOf('\\') < 0) {
                int offset = quoted ? start + 1 : start;
                qualified(Lexer.lexFragment(element), shifted(inElement, offset));
            }
        }
    }

    private static Edits shifted(Edits out, int offset) {
        return new Edits() {
            @Override
            public void gap(int start, int end, Spelling spelling) {
                out.gap(offset + start, offset + end, spelling);
            }

            @Override
            public void replace(int start, int end, String replacement) {
                out.replace(offset + start, offset + end, replacement);
            }
        };
    }

    private static boolean isDelimiter(char c) {
        return c == '{' || c == '}' || c == ',' || c == '"' || Character.isWhitespace(c);
    }
}
