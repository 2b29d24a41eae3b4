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
 * The expression behind {@code EXECUTE} in PL/pgSQL: its literals are pieces of one text of SQL, in which a quote that one
 * piece opens may be closed by another. Values between the pieces are unknown, and so is what other functions than
 * {@code format} make of their arguments; each of those is a text for itself.
 */
final class DynamicSql {

    private static final Set<String> NOT_STATEMENTS = Set.of("ON", "FUNCTION", "PROCEDURE");
    private static final Set<String> ENDS = Set.of("INTO", "USING", "LOOP");

    /** Functions that make data of a text. */
    private static final Set<String> QUOTE = Set.of("quote_literal", "quote_nullable");

    private final Tokens tokens;
    private final Rule rules;
    private final SchemaReferences names;
    private final Edits out;
    private final List<LiteralText> fragments = new ArrayList<>();
    private final List<Frame> calls = new ArrayList<>();
    private LiteralText.Builder fragment = new LiteralText.Builder();

    /** @param rules what applies to all that is not a piece of the text */
    DynamicSql(Tokens tokens, Rule rules, SchemaReferences names, Edits out) {
        this.tokens = tokens;
        this.rules = rules;
        this.names = names;
        this.out = out;
        calls.add(new Frame(""));
    }

    /** Whether a word is the statement {@code EXECUTE}, rather than a privilege or a part of {@code CREATE TRIGGER}. */
    static boolean begins(Tokens tokens, int token) {
        int next = tokens.next(token);
        return tokens.isWord(token, "EXECUTE")
                && !tokens.isSymbol(next, ',')
                && NOT_STATEMENTS.stream().noneMatch(word -> tokens.isWord(next, word));
    }

    /** Goes through the expression from {@code EXECUTE} on, and returns its last token. */
    int read(int execute, int to) {
        int token = execute;
        for (int next = tokens.next(token); next < to && !ends(next); next = tokens.next(next)) {
            piece(next);
            token = next;
        }
        flush();
        return token;
    }

    /** The texts that were found. */
    List<LiteralText> fragments() {
        return fragments;
    }

    private boolean ends(int token) {
        return calls.size() == 1 && ENDS.stream().anyMatch(word -> tokens.isWord(token, word));
    }

    private void piece(int token) {
        Frame call = calls.get(calls.size() - 1);
        if (tokens.isSymbol(token, '(')) {
            int name = tokens.previous(token);
            calls.add(new Frame(tokens.isIdentifier(name) ? tokens.name(name) : ""));
        } else if (tokens.isSymbol(token, ')')) {
            if (calls.size() > 1) {
                calls.remove(calls.size() - 1);
            }
            if (!call.function.isEmpty() && !call.isFormat()) {
                fragment.addUnknown();
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
                fragment.addUnknown();
            }
        }
    }

    private void literal(int token, Frame call) {
        if (call.isFormat() && call.argument > 0) {
            formatArgument(token, call);
        } else if (rules.apply(tokens, token, out) || QUOTE.contains(call.function)) {
            fragment.addUnknown();
        } else if (call.isFormat()) {
            fragment.addFormat(tokens, token).ifPresent(call::add);
        } else if (call.function.equals("quote_ident")) {
            if (isSchema(token)) {
                out.gap(tokens.start(token), tokens.end(token), Spelling.LITERAL);
            }
            fragment.addUnknown();
        } else {
            fragment.add(tokens, token);
        }
    }

    /** A literal for {@code %I} is the schema, for {@code %s} it is code, for {@code %L} data. */
    private void formatArgument(int token, Frame call) {
        Optional<FormatSpecifier> use = call.specifier(call.argument);
        char type = use.map(FormatSpecifier::type).orElse('L');
        if (type == 's' && !isSchema(token)) {
            LiteralText.of(tokens, token).ifPresent(fragments::add);
        } else if (type != 'L' && isSchema(token)) {
            Spelling form = type == 'I' ? Spelling.LITERAL : Spelling.LITERAL_IDENTIFIER;
            Optional<String> holder = use.filter(FormatSpecifier::beforeDot).flatMap(schema -> holder(token, call));
            holder.ifPresentOrElse(
                    schema -> out.replace(tokens.start(token), tokens.end(token), Sql.literal(schema)),
                    () -> out.gap(tokens.start(token), tokens.end(token), form));
        }
    }

    /** {@code format('%I.%I', 'public', 'users')}: the next argument is a shared object. */
    private Optional<String> holder(int token, Frame call) {
        int comma = tokens.next(token);
        boolean isObject =
                tokens.isSymbol(comma, ',') && call.specifier(call.argument + 1).isPresent();
        return isObject
                ? LiteralText.of(tokens, tokens.next(comma)).flatMap(object -> names.holder(object.text()))
                : Optional.empty();
    }

    private boolean isSchema(int token) {
        return LiteralText.of(tokens, token)
                .filter(literal -> literal.text().equals(names.schema()))
                .isPresent();
    }

    private void flush() {
        if (!fragment.isEmpty()) {
            fragments.add(fragment.build());
            fragment = new LiteralText.Builder();
        }
    }

    private static final class Frame {

        private final String function;
        private final Map<Integer, FormatSpecifier> specifiers = new HashMap<>();
        private int argument;

        Frame(String function) {
            this.function = function;
        }

        boolean isFormat() {
            return function.equals("format");
        }

        Optional<FormatSpecifier> specifier(int number) {
            return Optional.ofNullable(specifiers.get(number));
        }

        /** Of several for one argument the first counts. */
        void add(List<FormatSpecifier> more) {
            more.stream()
                    .filter(specifier -> !specifier.isPercent())
                    .forEach(specifier -> specifiers.putIfAbsent(specifier.argument(), specifier));
        }
    }
}
