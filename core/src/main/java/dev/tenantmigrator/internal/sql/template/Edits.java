package dev.tenantmigrator.internal.sql.template;

import dev.tenantmigrator.internal.sql.template.SchemaName.Spelling;
import java.util.List;

/** Receives changes to a text. The number of line breaks stays, so that the server's error positions fit the file. */
public interface Edits {

    /** Replaces a part of the text by a gap for the schema's name. */
    void gap(int start, int end, Spelling spelling);

    void replace(int start, int end, String replacement);

    /** Replaces a part of the text by a gap for the schema as an identifier. */
    default void gap(int start, int end) {
        gap(start, end, Spelling.IDENTIFIER);
    }

    /** Edits of code that is escaped character by character, which are passed on escaped. */
    static Edits escaped(Edits outer, Escape escape) {
        return new Edits() {
            @Override
            public void gap(int start, int end, Spelling spelling) {
                outer.gap(start, end, spelling.within(List.of(escape)));
            }

            @Override
            public void replace(int start, int end, String replacement) {
                outer.replace(start, end, escape.apply(replacement));
            }
        };
    }
}
