package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.LiteralText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** An enum that a script creates, with the labels that later statements add to it and rename. */
final class EnumType {

    /** The place of a label that is not part of the statement that creates the type. */
    private static final int LATER = -1;

    private final Edits creation;
    private final int parenthesis;
    private final List<Label> labels = new ArrayList<>();
    private final Set<Integer> reserved = new TreeSet<>();
    private boolean fixed;

    private EnumType(Edits creation, int parenthesis) {
        this.creation = creation;
        this.parenthesis = parenthesis;
    }

    /**
     * @param name the name by now
     * @param place the offset behind the label in the statement that creates the type, or {@link #LATER}
     * @param reserved the number of the reservation; 0 for a label without one
     */
    private record Label(String name, int place, int reserved) {}

    /**
     * Reads the labels of {@code CREATE TYPE … AS ENUM}.
     *
     * @param creation takes changes to the statement
     * @return empty when a label is spelled in a way that is not followed
     */
    static Optional<EnumType> create(StatementCursor cursor, Tokens tokens, Edits creation) {
        EnumType type = new EnumType(creation, tokens.end(cursor.token()));
        if (!cursor.takeSymbol('(')) {
            return Optional.empty();
        }
        while (!cursor.atEnd() && !tokens.isSymbol(cursor.token(), ')')) {
            int token = cursor.token();
            Optional<String> label = label(cursor, tokens);
            if (label.isEmpty()) {
                return Optional.empty();
            }
            type.labels.add(new Label(label.get(), tokens.end(token), 0));
            cursor.takeSymbol(',');
        }
        return Optional.of(type);
    }

    /** No label that is added from here on is reserved. Its order would be wrong next to labels that are not followed. */
    void fix() {
        fixed = true;
    }

    /** Reads {@code RENAME VALUE 'a' TO 'b'}. */
    void rename(StatementCursor cursor, Tokens tokens) {
        int index = label(cursor, tokens).map(this::indexOf).orElse(-1);
        cursor.take("TO");
        Optional<String> to = label(cursor, tokens);
        if (index < 0 || to.isEmpty()) {
            fix();
        } else {
            Label renamed = labels.get(index);
            labels.set(index, new Label(to.get(), renamed.place, renamed.reserved));
        }
    }

    /**
     * Reads {@code [IF NOT EXISTS] 'a' [BEFORE 'b' | AFTER 'b']}, behind {@code ADD VALUE}.
     *
     * @param number the number of the reservation
     * @param mayReserve whether the label may be reserved
     * @return the token of the label, when it is reserved now; otherwise the statement stays as it is
     */
    Optional<Integer> add(StatementCursor cursor, Tokens tokens, int number, boolean mayReserve) {
        cursor.take("IF", "NOT", "EXISTS");
        int token = cursor.token();
        Optional<String> label = label(cursor, tokens);
        if (label.isPresent() && indexOf(label.get()) >= 0) {
            // PostgreSQL skips or refuses it, and so it may while a tenant is created.
            return Optional.empty();
        }
        int index = label.isPresent() ? place(cursor, tokens) : -1;
        if (index < 0) {
            fix();
            return Optional.empty();
        }
        fixed |= !mayReserve;
        labels.add(index, new Label(label.get(), LATER, fixed ? 0 : number));
        if (fixed) {
            return Optional.empty();
        }
        reserved.add(number);
        return Optional.of(token);
    }

    private int place(StatementCursor cursor, Tokens tokens) {
        boolean before = cursor.take("BEFORE");
        if (!before && !cursor.take("AFTER")) {
            return labels.size();
        }
        int neighbour = label(cursor, tokens).map(this::indexOf).orElse(-1);
        return neighbour < 0 || before ? neighbour : neighbour + 1;
    }

    private int indexOf(String name) {
        return labels.stream().map(Label::name).toList().indexOf(name);
    }

    /** The labels by now, in order. */
    List<String> labels() {
        return labels.stream().map(Label::name).toList();
    }

    /** The numbers of all reservations so far. */
    Set<Integer> reserved() {
        return reserved;
    }

    /** Writes the reserved labels into the statement that creates the type. */
    void reserve() {
        int place = parenthesis;
        StringBuilder added = new StringBuilder();
        boolean first = true;
        for (Label label : labels) {
            if (label.place != LATER) {
                insert(place, first && !added.isEmpty() ? added.append(", ") : added);
                place = label.place;
                first = false;
            } else if (label.reserved > 0) {
                added.append(first && added.isEmpty() ? "" : ", ").append(Sql.literal(placeholder(label.reserved)));
            }
        }
        insert(place, added);
    }

    private void insert(int place, StringBuilder added) {
        if (!added.isEmpty()) {
            creation.replace(place, place, added.toString());
            added.setLength(0);
        }
    }

    static String placeholder(int number) {
        return EnumLabels.PLACEHOLDER + number;
    }

    /** Takes a literal and returns its value; empty when its value is not known here. */
    private static Optional<String> label(StatementCursor cursor, Tokens tokens) {
        int token = cursor.token();
        cursor.skip();
        boolean literal = tokens.kind(token) == TokenKind.STRING || tokens.kind(token) == TokenKind.DOLLAR_STRING;
        return literal ? LiteralText.of(tokens, token).map(LiteralText::text) : Optional.empty();
    }
}
