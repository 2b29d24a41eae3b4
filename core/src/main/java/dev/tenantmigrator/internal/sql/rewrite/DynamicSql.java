package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.rewrite.CodeRewriter.Rule;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.LiteralText;
import dev.tenantmigrator.internal.sql.template.LiteralText.FormatSpecifier;
import dev.tenantmigrator.internal.sql.template.SchemaName.Spelling;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The expression behind {@code EXECUTE} in PL/pgSQL. Its literals are pieces of one SQL text: one piece may open a quote
 * that another closes. The values between the pieces are unknown. So are the results of functions other than {@code
 * format}; each of their arguments is a text of its own.
 */
final class DynamicSql {

    /** Words behind the privilege {@code EXECUTE ON …} and behind that of {@code CREATE TRIGGER}. */
    private static final Set<String> NOT_STATEMENTS = Set.of("ON", "FUNCTION", "PROCEDURE");
    /** Keywords of PL/pgSQL that end the expression. */
    private static final Set<String> ENDS = Set.of("INTO", "USING", "LOOP");

    /** Functions that turn a text into data, so that it is no code. */
    private static final Set<String> QUOTE = Set.of("quote_literal", "quote_nullable");

    private final Tokens tokens;
    private final Rule rules;
    private final SchemaReferences references;
    private final Edits out;
    private final List<LiteralText> texts = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();
    private LiteralText.Builder pieces = new LiteralText.Builder();

    /** @param rules the rules for every token that is not a piece of the text */
    DynamicSql(Tokens tokens, Rule rules, SchemaReferences references, Edits out) {
        this.tokens = tokens;
        this.rules = rules;
        this.references = references;
        this.out = out;
        calls.add(new Call(""));
    }

    /** Whether a word is the statement {@code EXECUTE}, and no privilege or part of {@code CREATE TRIGGER}. */
    static boolean begins(Tokens tokens, int token) {
        int next = tokens.next(token);
        return tokens.isWord(token, "EXECUTE")
                && !tokens.isSymbol(next, ',')
                && NOT_STATEMENTS.stream().noneMatch(word -> tokens.isWord(next, word));
    }

    /** Reads the expression behind {@code EXECUTE} and returns its last token. */
    int read(int execute, int to) {
        int token = execute;
        for (int next = tokens.next(token); next < to && !ends(next); next = tokens.next(next)) {
            piece(next);
            token = next;
        }
        flush();
        return token;
    }

    /** The texts that the expression puts together. */
    List<LiteralText> texts() {
        return texts;
    }

    private boolean ends(int token) {
        return calls.size() == 1 && ENDS.stream().anyMatch(word -> tokens.isWord(token, word));
    }

    private void piece(int token) {
        Call call = calls.get(calls.size() - 1);
        if (tokens.isSymbol(token, '(')) {
            int name = tokens.previous(token);
            calls.add(new Call(tokens.isIdentifier(name) ? tokens.name(name) : ""));
        } else if (tokens.isSymbol(token, ')')) {
            if (calls.size() > 1) {
                calls.remove(calls.size() - 1);
            }
            if (!call.function.isEmpty() && !call.isFormat()) {
                pieces.addUnknown();
            }
        } else if (tokens.isSymbol(token, ',')) {
            call.argument++;
            if (!call.isFormat()) {
                flush();
            }
        } else if (tokens.kind(token) == TokenKind.STRING || tokens.kind(token) == TokenKind.DOLLAR_STRING) {
            literal(token, call);
        } else {
            rules.apply(tokens, token, out);
            boolean joins = tokens.isOperator(token, "||") || tokens.isSymbol(tokens.next(token), '(');
            if (!joins && !(call.isFormat() && call.argument > 0)) {
                pieces.addUnknown();
            }
        }
    }

    private void literal(int token, Call call) {
        if (call.isFormat() && call.argument > 0) {
            formatArgument(token, call);
        } else if (rules.apply(tokens, token, out) || QUOTE.contains(call.function)) {
            pieces.addUnknown();
        } else if (call.isFormat()) {
            pieces.addFormat(tokens, token).ifPresent(call::add);
        } else if (call.function.equals("quote_ident")) {
            if (isSchema(token)) {
                out.gap(tokens.start(token), tokens.end(token), Spelling.LITERAL);
            }
            pieces.addUnknown();
        } else {
            pieces.add(tokens, token);
        }
    }

    /** A literal for {@code %I} may be the schema, one for {@code %s} is code, one for {@code %L} is data. */
    private void formatArgument(int token, Call call) {
        Optional<FormatSpecifier> use = call.specifier(call.argument);
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
    private Optional<String> holder(int token, Call call) {
        int comma = tokens.next(token);
        boolean isObject =
                tokens.isSymbol(comma, ',') && call.specifier(call.argument + 1).isPresent();
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

    private static final class Call {

        private final String function;
        private final Map<Integer, FormatSpecifier> specifiers = new HashMap<>();
        private int argument;

        Call(String function) {
            this.function = function;
        }

        boolean isFormat() {
            return function.equals("format");
        }

        Optional<FormatSpecifier> specifier(int number) {
            return Optional.ofNullable(specifiers.get(number));
        }

        /** The first use of an argument counts. */
        void add(List<FormatSpecifier> more) {
            more.stream()
                    .filter(specifier -> !specifier.isPercent())
                    .forEach(specifier -> specifiers.putIfAbsent(specifier.argument(), specifier));
        }
    }
}
