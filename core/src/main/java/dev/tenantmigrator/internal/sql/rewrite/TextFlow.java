package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.rewrite.PlpgsqlBody.Source;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.SchemaName.Spelling;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Follows the values of variables in the body of a routine or {@code DO}, from the place where a variable gets one to the
 * places where it is executed, read as a name or compared with a schema. Knows variables by name only, so two variables
 * of one name count as one. Values that come from elsewhere, from a table or a caller, are not followed.
 */
final class TextFlow {

    /** A use of a variable's value. */
    enum Use {
        /** SQL, or the name of an object. */
        CODE,
        /** The name of a schema. */
        SCHEMA,
        /** A schema as an identifier in SQL, in quotes if it needs them. */
        IDENTIFIER
    }

    /** Follows nothing. */
    static final TextFlow NONE = new TextFlow();

    private static final Edits NO_EDITS = new Edits() {
        @Override
        public void gap(int start, int end, Spelling spelling) {}

        @Override
        public void replace(int start, int end, String replacement) {}
    };

    private record Place(Tokens tokens, int token) {}

    private record Step(Source source, Use use) {}

    private final Map<Place, Source> places = new HashMap<>();
    private final Map<String, List<Source>> sources = new HashMap<>();
    private final Map<String, Set<Use>> uses = new HashMap<>();
    private final Set<Step> known = new HashSet<>();
    private final Deque<Step> toDo = new ArrayDeque<>();

    private TextFlow() {}

    /** @param parameters the default values of the routine's parameters */
    static TextFlow of(List<Source> parameters, PlpgsqlBody body, SchemaReferences references) {
        TextFlow flow = new TextFlow();
        List<Source> all = new ArrayList<>(parameters);
        all.addAll(body.sources());
        for (Source source : all) {
            flow.places.put(new Place(source.tokens(), source.from()), source);
            for (String variable : source.variables()) {
                flow.sources
                        .computeIfAbsent(variable, name -> new ArrayList<>())
                        .add(source);
                if (source.holdsSchema()) {
                    flow.uses(variable).add(Use.SCHEMA);
                }
            }
        }
        body.executed().forEach(source -> flow.toDo.add(new Step(source, Use.CODE)));
        body.namesAmong(flow.sources.keySet()).forEach(flow::add);
        flow.follow(references);
        return flow;
    }

    private Set<Use> uses(String variable) {
        return uses.computeIfAbsent(variable, name -> EnumSet.noneOf(Use.class));
    }

    private void add(String variable, Set<Use> more) {
        List<Source> assigned = sources.getOrDefault(variable, List.of());
        uses(variable).addAll(more);
        for (Source source : assigned) {
            for (Use use : more) {
                Step step = new Step(source, use);
                if (known.add(step)) {
                    toDo.add(step);
                }
            }
        }
    }

    private void follow(SchemaReferences references) {
        while (!toDo.isEmpty()) {
            Step step = toDo.remove();
            Source source = step.source();
            DynamicSql text = new DynamicSql(source.tokens(), (tokens, token, out) -> false, references, NO_EDITS);
            text.read(source.from(), source.to());
            if (step.use() == Use.CODE) {
                text.variables().forEach(this::add);
            } else {
                text.values().forEach(name -> add(name, Set.of(step.use())));
            }
        }
    }

    /** The expression that begins at a token and gives a variable a value. */
    Optional<Source> sourceAt(Tokens tokens, int token) {
        return places.isEmpty() ? Optional.empty() : Optional.ofNullable(places.get(new Place(tokens, token)));
    }

    /** The uses of an expression's value. */
    Set<Use> usesOf(Source source) {
        Set<Use> all = EnumSet.noneOf(Use.class);
        source.variables().forEach(variable -> all.addAll(uses.getOrDefault(variable, Set.of())));
        return all;
    }

    /** Whether a column, function or variable of this name holds the name of a schema. */
    boolean isSchemaName(String name) {
        return LiteralUse.isSchemaName(name)
                || uses.getOrDefault(name, Set.of()).contains(Use.SCHEMA);
    }
}
