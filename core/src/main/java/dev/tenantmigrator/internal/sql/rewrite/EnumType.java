package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An enum that a script creates, with the labels that later statements add to it and rename. */
final class EnumType {

    private final Tokens tokens;
    private final int parenthesis;
    private final List<Label> labels = new ArrayList<>();
    private final Set<String> everNamed = new HashSet<>();
    private boolean fixed;

    private EnumType(Tokens tokens, int parenthesis) {
        this.tokens = tokens;
        this.parenthesis = parenthesis;
    }

    /**
     * @param name the name by now
     * @param text the spelling in the script
     * @param place the label's token in the statement that creates the type; empty for a label that is added later
     */
    private record Label(String name, String text, Optional<Place> place) {}

    /** A token, identified by its text and end, because bodies are read more than once. */
    record Place(String source, int end) {

        static Place of(Tokens tokens, int token) {
            return new Place(tokens.source(), tokens.end(token));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Place place && place.end == end && place.source.equals(source);
        }

        /** Leaves out the text, which may be long and is the same for most places. */
        @Override
        public int hashCode() {
            return end;
        }
    }

    /** Reads the labels of {@code CREATE TYPE … AS ENUM}; empty when one is spelled in a way that is not followed. */
    static Optional<EnumType> create(StatementCursor cursor, Tokens tokens) {
        EnumType type = new EnumType(tokens, cursor.token());
        if (!cursor.takeSymbol('(')) {
            return Optional.empty();
        }
        for (; !cursor.atEnd() && !tokens.isSymbol(cursor.token(), ')'); cursor.takeSymbol(',')) {
            int token = cursor.token();
            Optional<String> label = label(cursor, tokens);
            if (label.isEmpty()) {
                return Optional.empty();
            }
            type.labels.add(new Label(label.get(), tokens.text(token), Optional.of(Place.of(tokens, token))));
            type.everNamed.add(label.get());
        }
        return Optional.of(type);
    }

    /** No later label may be moved to the creation of the type. */
    void fix() {
        fixed = true;
    }

    /** Reads {@code RENAME VALUE 'a' TO 'b'}. */
    void rename(StatementCursor cursor, Tokens in) {
        Optional<String> from = label(cursor, in);
        cursor.take("TO");
        Optional<String> to = label(cursor, in);
        int index = from.map(this::indexOf).orElse(-1);
        if (index < 0 || to.isEmpty()) {
            fixed = true;
            return;
        }
        Label renamed = labels.get(index);
        labels.set(index, new Label(to.get(), renamed.text, renamed.place));
        everNamed.add(to.get());
    }

    /** Reads {@code ADD VALUE 'a'}; returns whether the label is now part of the type's creation. */
    boolean add(StatementCursor cursor, Tokens in) {
        boolean added = !fixed && addLabel(cursor, in);
        // When one label stays with its ALTER TYPE, all later ones must, or their order would change.
        fixed |= !added;
        return added;
    }

    private boolean addLabel(StatementCursor cursor, Tokens in) {
        boolean unlessThere = cursor.take("IF", "NOT", "EXISTS");
        int token = cursor.token();
        Optional<String> label = label(cursor, in);
        if (label.isEmpty()) {
            return false;
        }
        if (unlessThere && indexOf(label.get()) >= 0) {
            return true;
        }
        int index = labels.size();
        boolean before = cursor.take("BEFORE");
        if (before || cursor.take("AFTER")) {
            int neighbour = label(cursor, in).map(this::indexOf).orElse(-1);
            if (neighbour < 0) {
                return false;
            }
            index = before ? neighbour : neighbour + 1;
        }
        // An earlier label that had this name when the type was created would conflict with the new one.
        if (!everNamed.add(label.get())) {
            return false;
        }
        labels.add(index, new Label(label.get(), in.text(token), Optional.empty()));
        return true;
    }

    private int indexOf(String name) {
        for (int i = 0; i < labels.size(); i++) {
            if (labels.get(i).name.equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /** The text to insert for the added labels: behind the parenthesis, and behind each label of the creation. */
    Map<Place, String> insertions() {
        Map<Place, String> insertions = new HashMap<>();
        Place place = Place.of(tokens, parenthesis);
        StringBuilder added = new StringBuilder();
        boolean first = true;
        for (Label label : labels) {
            if (label.place.isEmpty()) {
                added.append(first ? label.text + ", " : ", " + label.text);
            } else {
                insertions.put(place, added.toString());
                place = label.place.get();
                added.setLength(0);
                first = false;
            }
        }
        if (first && !added.isEmpty()) {
            added.setLength(added.length() - 2);
        }
        insertions.put(place, added.toString());
        insertions.values().removeIf(String::isEmpty);
        return insertions;
    }

    /** Takes a plain literal on one line and returns its value; no other spelling is followed. */
    private static Optional<String> label(StatementCursor cursor, Tokens tokens) {
        int token = cursor.token();
        String text = cursor.takeName();
        boolean plain = tokens.kind(token) == TokenKind.STRING && text.startsWith("'") && text.indexOf('\n') < 0;
        return plain ? Optional.of(text.substring(1, text.length() - 1)) : Optional.empty();
    }
}
