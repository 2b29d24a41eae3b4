package dev.tenantmigrator.internal.sql;

import java.util.List;

/** Takes changes to a text, whose line breaks stay as many as they are. */
interface Edits {

    /** Makes a gap for the schema's name of a part of the text. */
    void gap(int start, int end, Form form);

    void replace(int start, int end, String replacement);

    /** A gap for the schema as an identifier. */
    default void gap(int start, int end) {
        gap(start, end, Form.IDENTIFIER);
    }

    /** The same for code whose characters are escaped in place. */
    static Edits escaped(Edits outer, Escape escape) {
        return new Edits() {
            @Override
            public void gap(int start, int end, Form form) {
                outer.gap(start, end, form.within(List.of(escape)));
            }

            @Override
            public void replace(int start, int end, String replacement) {
                outer.replace(start, end, escape.apply(replacement));
            }
        };
    }
}
