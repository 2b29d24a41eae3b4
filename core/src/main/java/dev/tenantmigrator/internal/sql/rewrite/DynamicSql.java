package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.rewrite.CodeRewriter.Rule;
import dev.tenantmigrator.internal.sql.rewrite.TextFlow.Use;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.LiteralText;
import dev.tenantmigrator.internal.sql.template.LiteralText.FormatSpecifier;
import dev.tenantmigrator.internal.sql.template.SchemaName.Spelling;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An expression whose value is executed or read as a name. Its literals are pieces of one SQL text: one piece may open a quote
 * that another closes. The values between the pieces are unknown. So are the results of functions other than {@code
 * format}, {@code concat} and {@code concat_ws}; each of their arguments is a text of its own.
 */
final class DynamicSql {

    /** Words behind the privilege {@code EXECUTE ON …} and behind that of {@code CREATE TRIGGER}. */
    private static final Set<String> NOT_STATEMENTS = Set.of("ON", "FUNCTION", "PROCEDURE");
    /** Keywords of PL/pgSQL that end the expression. */
    private static final Set<String> ENDS = Set.of("INTO", "USING", "LOOP");

    private static final String ARRAY = "ARRAY";

    /** Functions that turn a text into data, so that it is no code. */
    private static final Set<String> QUOTE = Set.of("quote_literal", "quote_nullable");

    private final Tokens tokens;
    private final Rule rules;
    private final SchemaReferences references;
    private final boolean isValue;
    private final Optional<Spelling> alone;
    private final Edits out;
    private final List<LiteralText> texts = new ArrayList<>();
    private final List<LiteralText> arrays = new ArrayList<>();
    private final Set<String> values = new LinkedHashSet<>();
    private final Map<String, Set<Use>> variables = new LinkedHashMap<>();
    private final List<TextCall> calls = new ArrayList<>();
    private LiteralText.Builder pieces = new LiteralText.Builder();
    private int from;
    private int to;

    /**
     * An expression that is executed or read as a name itself.
     *
     * @param rules the rules for every token that is not a piece of the text
     */
    DynamicSql(Tokens tokens, Rule rules, SchemaReferences references, Edits out) {
        this(tokens, rules, references, Optional.empty(), false, out);
    }

    private DynamicSql(
            Tokens tokens,
            Rule rules,
            SchemaReferences references,
            Optional<Spelling> alone,
            boolean isValue,
            Edits out) {
        this.tokens = tokens;
        this.rules = rules;
        this.references = references;
        this.alone = alone;
        this.isValue = isValue;
        this.out = out;
        calls.add(new TextCall(""));
    }

    /**
     * An expression that gives a variable its value, which may be an array.
     *
     * @param alone the spelling of the schema where it is the whole value; empty when that is no use of the schema
     */
    static DynamicSql ofVariable(
            Tokens tokens, Rule rules, SchemaReferences references, Optional<Spelling> alone, Edits out) {
        return new DynamicSql(tokens, rules, references, alone, true, out);
    }

    /** Whether a word is the statement {@code EXECUTE}, and no privilege or part of {@code CREATE TRIGGER}. */
    static boolean begins(Tokens tokens, int token) {
        int next = tokens.next(token);
        return tokens.isWord(token, "EXECUTE")
                && !tokens.isSymbol(next, ',')
                && NOT_STATEMENTS.stream().noneMatch(word -> tokens.isWord(next, word));
    }

    /** Reads an expression up to a token, or to the next clause of {@code EXECUTE}, and returns its last token. */
    int read(int from, int to) {
        this.from = from;
        this.to = to;
        int last = tokens.previous(from);
        for (int next = from; next < to && !ends(next); next = tokens.next(next)) {
            piece(next);
            last = next;
        }
        flush();
        return last;
    }

    /** The texts that the expression puts together. */
    List<LiteralText> texts() {
        return texts;
    }

    /** The arrays of texts in the expression, if it is the value of a variable. */
    List<LiteralText> arrays() {
        return arrays;
    }

    /** The variables whose value may be that of the expression. */
    Set<String> values() {
        return values;
    }

    /** The variables in the expression, and their uses. */
    Map<String, Set<Use>> variables() {
        return variables;
    }

    private boolean ends(int token) {
        return calls.size() == 1 && ENDS.stream().anyMatch(word -> tokens.isWord(token, word));
    }

    private void piece(int token) {
        TextCall call = calls.get(calls.size() - 1);
        if (tokens.isSymbol(token, '(')) {
            int name = tokens.previous(token);
            boolean named = Operand.isFunction(tokens, name) || tokens.isWord(name, "IN");
            calls.add(new TextCall(named ? tokens.name(name) : ""));
        } else if (tokens.isSymbol(token, ')')) {
            if (calls.size() > 1) {
                calls.remove(calls.size() - 1);
            }
            if (!call.function().isEmpty() && !call.joins()) {
                pieces.addUnknown();
            }
        } else if (tokens.isSymbol(token, '[') && tokens.isWord(tokens.previous(token), ARRAY)) {
            flush();
            calls.add(new TextCall(ARRAY));
        } else if (tokens.isSymbol(token, ']') && call.is(ARRAY)) {
            flush();
            calls.remove(calls.size() - 1);
        } else if (tokens.isSymbol(token, ',')) {
            call.nextArgument();
            if (!call.joins()) {
                flush();
            } else if (call.argument() > 1) {
                call.separator().ifPresent(pieces::addGiven);
            }
        } else if (tokens.kind(token) == TokenKind.STRING || tokens.kind(token) == TokenKind.DOLLAR_STRING) {
            literal(token, call);
        } else {
            rules.apply(tokens, token, out);
            if (tokens.isIdentifier(token) && !tokens.isSymbol(tokens.next(token), '(')) {
                variable(token, call);
            }
            boolean joins = tokens.isOperator(token, "||") || tokens.isSymbol(tokens.next(token), '(');
            if (!joins && !(call.isFormat() && call.argument() > 0)) {
                pieces.addUnknown();
            }
        }
    }

    /** Only a name before a dot, or behind the keyword {@code SCHEMA}, is a schema. */
    private void variable(int token, TextCall call) {
        if (isAlone(Operand.nameStart(tokens, token), token)) {
            values.add(tokens.name(token));
        }
        Set<Use> uses = variables.computeIfAbsent(tokens.name(token), name -> EnumSet.noneOf(Use.class));
        if (call.isFormat() && call.argument() > 0) {
            call.specifier().ifPresent(specifier -> {
                boolean schema = specifier.beforeDot() || specifier.behindSchema();
                if (schema && specifier.type() != 'L') {
                    uses.add(specifier.type() == 'I' ? Use.SCHEMA : Use.IDENTIFIER);
                }
                if (specifier.type() == 's') {
                    uses.add(Use.CODE);
                }
            });
        } else if (call.is("quote_ident")) {
            if (isSchema(tokens.next(token), calls.get(calls.size() - 2))) {
                uses.add(Use.SCHEMA);
            }
        } else if (!QUOTE.contains(call.function())) {
            uses.add(Use.CODE);
            if (isSchema(token, call)) {
                uses.add(Use.IDENTIFIER);
            }
        }
    }

    /** Whether a dot is joined to the value that ends here, or it stands behind {@code SCHEMA}. */
    private boolean isSchema(int last, TextCall call) {
        int joins = tokens.next(last);
        boolean joined = tokens.isOperator(joins, "||") || (call.joins() && tokens.isSymbol(joins, ','));
        boolean beforeDot = call.separator().filter("."::equals).isPresent()
                || LiteralText.of(tokens, tokens.next(joins))
                        .filter(literal -> literal.text().startsWith("."))
                        .isPresent();
        return (joined && beforeDot) || pieces.endsWith("SCHEMA ");
    }

    private void literal(int token, TextCall call) {
        if (call.isFormat() && call.argument() > 0) {
            formatArgument(token, call);
        } else if (rules.apply(tokens, token, out) || QUOTE.contains(call.function())) {
            pieces.addUnknown();
        } else if (call.isFormat()) {
            pieces.addFormat(tokens, token).ifPresent(call::add);
        } else if (call.is("concat_ws") && call.argument() == 0) {
            call.separateWith(LiteralText.of(tokens, token).map(LiteralText::text));
        } else if (call.is("quote_ident")) {
            gapForSchema(token, Spelling.LITERAL);
            pieces.addUnknown();
        } else if (isValue && isAlone(token, token)) {
            alone.ifPresent(spelling -> gapForSchema(token, spelling));
            LiteralText.of(tokens, token)
                    .filter(literal -> literal.text().startsWith("{"))
                    .ifPresentOrElse(arrays::add, () -> pieces.add(tokens, token));
        } else {
            pieces.add(tokens, token);
        }
    }

    /** Whether a literal or name is a value by itself, neither a part of one nor compared with another. */
    private boolean isAlone(int firstToken, int lastToken) {
        int before = tokens.previous(firstToken);
        int behind = tokens.next(lastToken);
        boolean begins = firstToken == from
                || tokens.isSymbol(before, '(')
                || tokens.isSymbol(before, '[')
                || tokens.isSymbol(before, ',')
                || TokenContext.isAnyWord(tokens, before, "THEN", "ELSE", "VALUES");
        boolean named = tokens.isIdentifier(behind) && tokens.next(behind) >= to;
        boolean ends = behind >= to
                || named
                || tokens.isSymbol(behind, ')')
                || tokens.isSymbol(behind, '[')
                || tokens.isSymbol(behind, ']')
                || tokens.isSymbol(behind, ',')
                || tokens.isOperator(behind, "::")
                || TokenContext.isAnyWord(tokens, behind, "END", "ELSE", "WHEN", "AS");
        return begins && ends && !calls.get(calls.size() - 1).is("in");
    }

    private void gapForSchema(int token, Spelling spelling) {
        if (isSchema(token)) {
            out.gap(tokens.start(token), tokens.end(token), spelling);
        }
    }

    /** A literal for {@code %I} may be the schema, one for {@code %s} is code, one for {@code %L} is data. */
    private void formatArgument(int token, TextCall call) {
        Optional<FormatSpecifier> use = call.specifier();
        char type = use.map(FormatSpecifier::type).orElse('L');
        if (type == 's' && !isSchema(token)) {
            LiteralText.of(tokens, token).ifPresent(texts::add);
        } else if (type != 'L' && isSchema(token)) {
            Spelling spelling = type == 'I' ? Spelling.LITERAL : Spelling.LITERAL_IDENTIFIER;
            Optional<String> holder = use.filter(FormatSpecifier::beforeDot).flatMap(schema -> holder(token, call));
            holder.ifPresentOrElse(
                    schema -> out.replace(tokens.start(token), tokens.end(token), Sql.literal(schema)),
                    () -> out.gap(tokens.start(token), tokens.end(token), spelling));
        }
    }

    /** The schema of the shared object that the next argument names: {@code format('%I.%I', 'public', 'users')}. */
    private Optional<String> holder(int token, TextCall call) {
        int comma = tokens.next(token);
        boolean isObject = tokens.isSymbol(comma, ',')
                && call.specifier(call.argument() + 1).isPresent();
        return isObject
                ? LiteralText.of(tokens, tokens.next(comma)).flatMap(object -> references.holder(object.text()))
                : Optional.empty();
    }

    private boolean isSchema(int token) {
        return LiteralText.of(tokens, token)
                .filter(literal -> literal.text().equals(references.schema()))
                .isPresent();
    }

    private void flush() {
        if (!pieces.isEmpty()) {
            texts.add(pieces.build());
            pieces = new LiteralText.Builder();
        }
    }
}
