package dev.tenantmigrator.internal.sql;

import java.util.HashMap;
import java.util.Map;

/** A schema's name in all forms that its gaps ask for, each made once. Not thread-safe. */
final class SchemaName {

    private final String name;
    private final Map<Form, String> forms = new HashMap<>();

    /**
     * A name for gaps, which may lie in dollar quotes.
     *
     * @throws IllegalArgumentException when the name could end them: it has two dollar signs, or is no identifier at
     *     all
     */
    SchemaName(String name) {
        Template.quoted(name);
        this.name = name;
    }

    String in(Form form) {
        return forms.computeIfAbsent(form, f -> f.of(name));
    }
}
