package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.template.LiteralText.FormatSpecifier;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A call in an expression that puts a text together, as far as it was read; of parentheses alone the function is empty. */
final class TextCall {

    private final String function;
    private final Map<Integer, FormatSpecifier> specifiers = new HashMap<>();
    private Optional<String> separator = Optional.empty();
    private int argument;

    TextCall(String function) {
        this.function = function;
    }

    String function() {
        return function;
    }

    boolean is(String name) {
        return function.equals(name);
    }

    boolean isFormat() {
        return is("format");
    }

    /** Whether the function puts its arguments together to one text. */
    boolean joins() {
        return isFormat() || is("concat") || is("concat_ws");
    }

    /** The number of the argument that is read, from 0. */
    int argument() {
        return argument;
    }

    void nextArgument() {
        argument++;
    }

    /** The text between the arguments of {@code concat_ws}; empty when only the server knows it. */
    Optional<String> separator() {
        return separator;
    }

    void separateWith(Optional<String> text) {
        separator = text;
    }

    /** The use of the argument that is read, by a {@code format} whose text is known. */
    Optional<FormatSpecifier> specifier() {
        return specifier(argument);
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
