package dev.tenantmigrator.internal.drift;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One object of a schema, as the catalogs describe it. Names of the schema's own objects stand without the schema.
 *
 * @param kind the kind of object
 * @param object the name, quoted where SQL needs it; a part of a table is {@code table.part}, a routine has its argument types
 * @param table the table that the object is a part of; empty for an object of its own
 * @param attributes the values of {@link ObjectKind#attributes()}, in their order; empty for what is not set
 * @param owner the owner, quoted where needed, of an object with privileges; not compared
 */
record StructureRow(
        ObjectKind kind,
        String object,
        Optional<String> table,
        List<Optional<String>> attributes,
        Optional<String> owner) {

    StructureRow {
        attributes = List.copyOf(attributes);
    }

    /** The value of an attribute. */
    Optional<String> get(String attribute) {
        return attributes.get(kind.attributes().indexOf(attribute));
    }

    /** The length of the attributes. */
    long characters() {
        return attributes.stream()
                .mapToLong(value -> value.map(String::length).orElse(0))
                .sum();
    }

    /** The values of all attributes. */
    String text() {
        return attributes.stream().flatMap(Optional::stream).collect(Collectors.joining("\n"));
    }
}
