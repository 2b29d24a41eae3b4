package dev.tenantmigrator.internal.sql;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Finds what code must not do, wherever it stands: in a statement itself, or in a body. Changes nothing. */
final class CodeChecks implements TokenRule {

    private final List<Check> checks;
    private Optional<Finding> first = Optional.empty();

    CodeChecks(Check... checks) {
        this.checks = List.of(checks);
    }

    /** Looks at one identifier or keyword and what is around it. */
    @FunctionalInterface
    interface Check {
        /** What is wrong there and what to do; empty when nothing is. */
        Optional<String> refusal(Tokens tokens, int token);
    }

    /** What was found, at a token of a script or of a text that the script holds in a literal. */
    record Finding(String message, Tokens tokens, int token) {

        /** Where that is in a text; empty when it stands in another. */
        OptionalInt offsetIn(String text) {
            return tokens.source().equals(text) ? OptionalInt.of(tokens.start(token)) : OptionalInt.empty();
        }
    }

    @Override
    public boolean apply(Tokens tokens, int token, Edits out) {
        if (!tokens.isIdentifier(token) || first.isPresent()) {
            return false;
        }
        for (Check check : checks) {
            Optional<String> refusal = check.refusal(tokens, token);
            if (refusal.isPresent()) {
                first = Optional.of(new Finding(refusal.get(), tokens, token));
                break;
            }
        }
        return false;
    }

    /** What was found first. */
    Optional<Finding> first() {
        return first;
    }
}
