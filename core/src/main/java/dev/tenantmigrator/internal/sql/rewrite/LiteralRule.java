package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.rewrite.CodeRewriter.Rule;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.Escape;
import dev.tenantmigrator.internal.sql.template.LiteralText;
import dev.tenantmigrator.internal.sql.template.SchemaName.Spelling;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The rule for string literals that PostgreSQL reads as a name, or compares with the name of a schema. The surroundings of
 * a literal tell its use: a cast, the function that takes it, the column it is compared with. Any other literal is data.
 */
final class LiteralRule implements Rule {

    private final SchemaReferences references;
    private final TextFlow flow;

    LiteralRule(SchemaReferences references) {
        this(references, TextFlow.NONE);
    }

    private LiteralRule(SchemaReferences references, TextFlow flow) {
        this.references = references;
        this.flow = flow;
    }

    @Override
    public Rule inBody(List<Statement> body, TextFlow flow) {
        return new LiteralRule(references, flow);
    }

    @Override
    public boolean apply(Tokens tokens, int token, Edits out) {
        if (!mayName(tokens, token)) {
            return false;
        }
        LiteralContext context = new LiteralContext(tokens, new Operand(token, token), flow::isSchemaName);
        LiteralUse use = context.use();
        if (use == LiteralUse.NAME && context.isComposed()) {
            composed(context.operand(), tokens, out);
            return true;
        }
        Optional<LiteralText> literal = use == LiteralUse.DATA ? Optional.empty() : LiteralText.of(tokens, token);
        literal.ifPresent(value -> adapt(value, use, tokens, token, out));
        return literal.isPresent();
    }

    /** A name that the code puts together. Each of its literals changes it in the same way, which counts once. */
    private void composed(Operand name, Tokens tokens, Edits out) {
        DynamicSql text = new DynamicSql(tokens, (all, at, edits) -> false, references, out);
        text.read(name.first(), name.last() + 1);
        text.texts().forEach(part -> qualified(Lexer.lexFragment(part.text()), part.edits(out)));
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
            // An escape may spell a part of the name, and a continuation line may hold the rest.
            boolean inner = c == '\'' && i > tokens.start(token) + 2 && i < tokens.end(token) - 1;
            if (c == '\\'
                    || c == '"'
                    || inner
                    || (i <= last && text.regionMatches(true, i, schema, 0, schema.length()))) {
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
            case NAMES -> arrayElements(literal, Optional.empty(), out);
            case SCHEMA_IDENTIFIER -> {
                Tokens identifier = Lexer.lexFragment(value);
                int first = identifier.next(-1);
                isSchema =
                        identifier.isName(first, references.schema()) && identifier.next(first) >= identifier.count();
                gap(isSchema, tokens, token, Spelling.LITERAL_IDENTIFIER, out);
            }
            case SCHEMA -> gap(isSchema, tokens, token, Spelling.LITERAL, out);
            case SCHEMA_PATTERN -> {
                gap(isSchema, tokens, token, Spelling.LITERAL_PATTERN, out);
                pattern(literal, "", ".", Edits.escaped(literal.edits(out), Escape.PATTERN));
            }
            case SCHEMA_REGEX -> pattern(literal, "^(|", "$)|.\\", Edits.escaped(literal.edits(out), Escape.REGEX));
            case SCHEMA_JOINED -> {
                gap(isSchema, tokens, token, Spelling.LITERAL, out);
                beforeDot(value).ifPresent(end -> literal.edits(out).gap(0, end, Spelling.VALUE));
            }
            case SCHEMA_QUOTED -> {
                gap(isSchema, tokens, token, Spelling.OUTPUT, out);
                beforeDot(value).ifPresent(end -> {
                    out.replace(tokens.start(token), tokens.start(token), "(");
                    out.gap(tokens.start(token), tokens.end(token), Spelling.OUTPUT);
                    out.replace(tokens.end(token), tokens.end(token), " || " + Sql.literal(value.substring(end)) + ")");
                });
            }
            case SCHEMA_OUTPUT -> gap(isSchema, tokens, token, Spelling.OUTPUT, out);
            case SCHEMAS -> arrayElements(literal, Optional.of(Spelling.VALUE), out);
            case DATA -> {}
        }
    }

    /** The end of the schema in a text that is the schema, a dot and more. */
    private OptionalInt beforeDot(String text) {
        return text.startsWith(references.schema() + '.')
                ? OptionalInt.of(references.schema().length())
                : OptionalInt.empty();
    }

    /** Replaces the schema in a pattern, where it stands between the pattern's ends or these characters. */
    private void pattern(LiteralText pattern, String before, String behind, Edits out) {
        String text = pattern.text();
        String schema = references.schema();
        for (int i = text.indexOf(schema); i >= 0; i = text.indexOf(schema, i + 1)) {
            int end = i + schema.length();
            boolean whole = i == 0 && end == text.length() && before.isEmpty();
            if (!whole
                    && (i == 0 || before.indexOf(text.charAt(i - 1)) >= 0)
                    && (end == text.length() || behind.indexOf(text.charAt(end)) >= 0)) {
                out.gap(i, end, Spelling.VALUE);
            }
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

    /**
     * Replaces elements of {@code '{a,"b"}'}, except those with escapes of their own.
     *
     * @param schema the spelling of an element that is the schema; empty when the elements are the names of objects
     */
    void arrayElements(LiteralText array, Optional<Spelling> schema, Edits out) {
        String text = array.text();
        Edits inElement = Edits.escaped(array.edits(out), Escape.ARRAY);
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
            if (schema.isPresent() && element.equals(references.schema())) {
                inElement.gap(start, i, schema.get());
            } else if (element.indexOf('.') > 0 && element.indexOf('\\') < 0) {
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
