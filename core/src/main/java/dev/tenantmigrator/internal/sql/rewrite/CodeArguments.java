package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.TokenContext.Bracket;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The arguments that a function executes as SQL in the session that calls it. */
final class CodeArguments {

    /** Functions by the numbers of such arguments, from 0. */
    private static final Map<String, Set<Integer>> EXECUTING = Map.ofEntries(
            Map.entry("ts_stat", Set.of(0)),
            Map.entry("ts_rewrite", Set.of(1)),
            Map.entry("query_to_xml", Set.of(0)),
            Map.entry("query_to_xmlschema", Set.of(0)),
            Map.entry("query_to_xml_and_xmlschema", Set.of(0)),
            Map.entry("crosstab", Set.of(0, 1)),
            Map.entry("crosstab2", Set.of(0)),
            Map.entry("crosstab3", Set.of(0)),
            Map.entry("crosstab4", Set.of(0)),
            Map.entry("xpath_table", Set.of(4)));

    /** Those that stand in the schema of their extension. */
    private static final Set<String> OF_EXTENSIONS =
            Set.of("crosstab", "crosstab2", "crosstab3", "crosstab4", "xpath_table");

    private CodeArguments() {}

    /** The arguments of the function whose name ends at a token; empty when it executes none. */
    static List<Operand> of(Tokens tokens, int name) {
        String function = tokens.name(name);
        Set<Integer> executed = EXECUTING.get(function);
        boolean known = OF_EXTENSIONS.contains(function) || new Bracket(tokens.next(name), 0).calls(tokens, function);
        if (executed == null || !known) {
            return List.of();
        }
        List<Operand> arguments = new ArrayList<>();
        int first = tokens.next(tokens.next(name));
        int depth = 0;
        int looked = 0;
        for (int token = first;
                token < tokens.count() && depth >= 0 && looked < TokenContext.KEYWORD_RANGE;
                token = tokens.next(token)) {
            looked++;
            boolean closes = tokens.isSymbol(token, ')') || tokens.isSymbol(token, ']');
            if (depth == 0 && (closes || tokens.isSymbol(token, ','))) {
                arguments.add(new Operand(first, tokens.previous(token)));
                first = tokens.next(token);
            }
            depth += tokens.isSymbol(token, '(') || tokens.isSymbol(token, '[') ? 1 : closes ? -1 : 0;
        }
        // With three arguments, ts_rewrite takes a query, a target and a substitute.
        boolean queries = function.equals("ts_rewrite") && arguments.size() != 2;
        List<Operand> found = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            if (executed.contains(i)
                    && !queries
                    && arguments.get(i).first() <= arguments.get(i).last()) {
                found.add(arguments.get(i));
            }
        }
        return found;
    }
}
