package dev.tenantmigrator.internal.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts the labels that later migrations add to an enum into the statement that creates it, because creating a tenant is one
 * transaction, in which an added label often cannot be used (55P04): before PostgreSQL 17 once the type was renamed or
 * altered, from 17 on wherever a savepoint is open, as in every creation. Where following the text is not certain to give
 * the same labels, the statements stay as they are.
 */
final class EnumLabels implements TokenRule {

    private final Map<String, EnumType> types = new HashMap<>();
    private final Map<Place, String> insertions = new HashMap<>();
    private final Set<Statement> folded = new HashSet<>();
    private final Map<Place, Statement> foldedInBlocks = new HashMap<>();

    /** A token, told by where it ends: bodies are read more than once. */
    private record Place(String source, int end) {

        static Place of(Tokens tokens, int token) {
            return new Place(tokens.source(), tokens.end(token));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Place place && place.end == end && place.source.equals(source);
        }

        @Override
        public int hashCode() {
            return end;
        }
    }

    private static final class EnumType {

        private final Tokens tokens;
        private final int parenthesis;
        private final List<Label> labels = new ArrayList<>();
        private final Set<String> everNamed = new HashSet<>();
        private boolean fixed;

        EnumType(Tokens tokens, int parenthesis) {
            this.tokens = tokens;
            this.parenthesis = parenthesis;
        }

        int indexOf(String name) {
            for (int i = 0; i < labels.size(); i++) {
                if (labels.get(i).name.equals(name)) {
                    return i;
                }
            }
            return -1;
        }
    }

    /**
     * @param name how it is called by now
     * @param text how it is written where it is created
     * @param place its token there; empty for one that is added
     */
    private record Label(String name, String text, Optional<Place> place) {}

    /** What to change in scripts that run one after the other in one transaction. */
    static EnumLabels fold(List<List<Statement>> scripts) {
        EnumLabels labels = new EnumLabels();
        boolean straight = scripts.stream()
                .flatMap(List::stream)
                .allMatch(statement -> Savepoints.rolledBackTo(statement).isEmpty());
        if (straight) {
            scripts.forEach(script -> script.forEach(labels::follow));
        }
        return labels;
    }

    /** Nothing to change. */
    static EnumLabels none() {
        return new EnumLabels();
    }

    /** Whether a statement has nothing left to do. */
    boolean isFolded(Statement statement) {
        return folded.contains(statement);
    }

    @Override
    public boolean apply(Tokens tokens, int token, Edits out) {
        if (insertions.isEmpty() && foldedInBlocks.isEmpty()) {
            return false;
        }
        Place place = Place.of(tokens, token);
        Statement inBlock = foldedInBlocks.get(place);
        if (inBlock != null) {
            out.replace(tokens.start(token), tokens.end(token), tokens.start(token) == inBlock.start() ? "NULL" : "");
            return true;
        }
        String added = insertions.get(place);
        if (added != null) {
            out.replace(tokens.end(token), tokens.end(token), added);
        }
        return added != null;
    }

    private void follow(Statement statement) {
        if (statement.startsWith("DO")) {
            followBlock(statement);
        } else if (followType(statement)) {
            folded.add(statement);
        }
    }

    private void followBlock(Statement statement) {
        Tokens tokens = statement.tokens();
        for (int token = statement.from(); token < statement.to(); token++) {
            if (tokens.kind(token) == TokenKind.DOLLAR_STRING) {
                try {
                    followBody(Splitter.split(
                            Lexer.lex(tokens.source(), tokens.contentStart(token), tokens.contentEnd(token))));
                } catch (UnreadableSqlException e) {
                    types.clear();
                }
            } else if (tokens.kind(token) == TokenKind.STRING) {
                types.clear();
            }
        }
    }

    private void followBody(List<Statement> body) {
        boolean conditional = body.stream().anyMatch(EnumLabels::isConditional);
        for (Statement statement : body) {
            int from = statement.from();
            while (statement.tokens().isWord(from, "BEGIN")) {
                from = statement.tokens().next(from);
            }
            Statement inner = new Statement(statement.tokens(), from, statement.to(), statement.line());
            boolean followed = !conditional && from < inner.to() && isAboutType(inner);
            if (!followed) {
                forgetNamed(statement);
            } else if (followType(inner)) {
                for (int token = inner.from();
                        token < inner.to();
                        token = inner.tokens().next(token)) {
                    foldedInBlocks.put(Place.of(inner.tokens(), token), inner);
                }
            }
        }
    }

    private static boolean isAboutType(Statement statement) {
        return statement.startsWith("CREATE", "TYPE")
                || statement.startsWith("ALTER", "TYPE")
                || statement.startsWith("DROP", "TYPE");
    }

    /** Whether what stands in the block may run not at all, or more than once. */
    private static boolean isConditional(Statement statement) {
        Tokens tokens = statement.tokens();
        for (int token = statement.from(); token < statement.to(); token++) {
            boolean begins = Surroundings.isAnyWord(tokens, token, "IF", "CASE", "EXECUTE")
                    && Surroundings.beginsStatement(tokens, token);
            if (begins || tokens.isWord(token, "LOOP")) {
                return true;
            }
        }
        return false;
    }

    /** A type that is named in code of which it is not known whether it runs. */
    private void forgetNamed(Statement statement) {
        Tokens tokens = statement.tokens();
        String code = Identifiers.fold(tokens.source().substring(statement.start(), statement.end()));
        if (!code.contains("type")) {
            return;
        }
        types.forEach((name, type) -> type.fixed |= code.contains(Identifiers.fold(name)));
    }

    /** Follows what a statement does to enums; returns whether its effect was put into the type's creation. */
    private boolean followType(Statement statement) {
        Cursor cursor = statement.cursor();
        if (cursor.take("CREATE", "TYPE")) {
            create(cursor, statement);
        } else if (cursor.take("DROP", "TYPE")) {
            cursor.take("IF", "EXISTS");
            do {
                typeName(cursor).ifPresent(types::remove);
            } while (cursor.takeSymbol(','));
        } else if (cursor.take("ALTER", "TYPE")) {
            String name = typeName(cursor).orElse("");
            EnumType type = types.get(name);
            return type != null && alter(name, type, cursor, statement.tokens());
        }
        return false;
    }

    private void create(Cursor cursor, Statement statement) {
        Optional<String> name = typeName(cursor);
        if (name.isEmpty()) {
            return;
        }
        types.remove(name.get());
        if (!cursor.take("AS", "ENUM")) {
            return;
        }
        Tokens tokens = statement.tokens();
        EnumType type = new EnumType(tokens, cursor.token());
        if (!cursor.takeSymbol('(')) {
            return;
        }
        for (; !cursor.atEnd() && !tokens.isSymbol(cursor.token(), ')'); cursor.takeSymbol(',')) {
            int token = cursor.token();
            Optional<String> label = label(cursor, tokens);
            if (label.isEmpty()) {
                return;
            }
            type.labels.add(new Label(label.get(), tokens.text(token), Optional.of(Place.of(tokens, token))));
            type.everNamed.add(label.get());
        }
        types.put(name.get(), type);
    }

    private boolean alter(String name, EnumType type, Cursor cursor, Tokens tokens) {
        if (cursor.take("RENAME", "TO")) {
            types.remove(name);
            types.put(cursor.takeName(), type);
        } else if (cursor.take("SET", "SCHEMA")) {
            types.remove(name);
        } else if (cursor.take("RENAME", "VALUE")) {
            rename(type, cursor, tokens);
        } else if (cursor.take("ADD", "VALUE")) {
            boolean added = !type.fixed && add(type, cursor, tokens);
            // A label that stays behind must stay before those that follow.
            type.fixed |= !added;
            return added;
        }
        return false;
    }

    private static void rename(EnumType type, Cursor cursor, Tokens tokens) {
        Optional<String> from = label(cursor, tokens);
        cursor.take("TO");
        Optional<String> to = label(cursor, tokens);
        int index = from.map(type::indexOf).orElse(-1);
        if (index < 0 || to.isEmpty()) {
            type.fixed = true;
            return;
        }
        Label renamed = type.labels.get(index);
        type.labels.set(index, new Label(to.get(), renamed.text, renamed.place));
        type.everNamed.add(to.get());
    }

    private boolean add(EnumType type, Cursor cursor, Tokens tokens) {
        boolean unlessThere = cursor.take("IF", "NOT", "EXISTS");
        int token = cursor.token();
        Optional<String> label = label(cursor, tokens);
        if (label.isEmpty()) {
            return false;
        }
        if (unlessThere && type.indexOf(label.get()) >= 0) {
            return true;
        }
        int index = type.labels.size();
        boolean before = cursor.take("BEFORE");
        if (before || cursor.take("AFTER")) {
            int neighbour = label(cursor, tokens).map(type::indexOf).orElse(-1);
            if (neighbour < 0) {
                return false;
            }
            index = before ? neighbour : neighbour + 1;
        }
        // A label that had this name would be in the way when the type is created.
        if (!type.everNamed.add(label.get())) {
            return false;
        }
        type.labels.add(index, new Label(label.get(), tokens.text(token), Optional.empty()));
        place(type);
        return true;
    }

    /** Says anew what is inserted where: behind the parenthesis, and behind each label that the creation has. */
    private void place(EnumType type) {
        Place place = Place.of(type.tokens, type.parenthesis);
        StringBuilder added = new StringBuilder();
        boolean first = true;
        for (Label label : type.labels) {
            if (label.place.isEmpty()) {
                added.append(first ? label.text + ", " : ", " + label.text);
            } else {
                insert(place, added);
                place = label.place.get();
                added.setLength(0);
                first = false;
            }
        }
        if (first) {
            added.setLength(added.length() - 2);
        }
        insert(place, added);
    }

    private void insert(Place place, CharSequence added) {
        if (!added.isEmpty()) {
            insertions.put(place, added.toString());
        }
    }

    /** The name of a type of the tenant, and goes over it. */
    private static Optional<String> typeName(Cursor cursor) {
        String name = cursor.takeName();
        if (!cursor.takeSymbol('.')) {
            return Optional.of(name);
        }
        String object = cursor.takeName();
        return name.equals(StatementRules.PUBLIC) ? Optional.of(object) : Optional.empty();
    }

    /** The value of a plain literal on one line, and goes over it; any other spelling is not followed. */
    private static Optional<String> label(Cursor cursor, Tokens tokens) {
        int token = cursor.token();
        String text = cursor.takeName();
        boolean plain = tokens.kind(token) == TokenKind.STRING && text.startsWith("'") && text.indexOf('\n') < 0;
        return plain ? Optional.of(text.substring(1, text.length() - 1)) : Optional.empty();
    }
}
