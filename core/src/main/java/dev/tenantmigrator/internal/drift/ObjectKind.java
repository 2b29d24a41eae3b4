package dev.tenantmigrator.internal.drift;

import java.util.List;

/** The kinds of objects that are compared, with their attributes. */
enum ObjectKind {
    TABLE("persistence", "kind");

    private final List<String> attributes;

    ObjectKind(String... attributes) {
        this.attributes = List.of(attributes);
    }

    List<String> attributes() {
        return attributes;
    }
}
