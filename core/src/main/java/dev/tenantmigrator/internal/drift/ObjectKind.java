package dev.tenantmigrator.internal.drift;

import java.util.List;

/**
 * A kind of object that is compared.
 *
 * @param name as PostgreSQL names it, e.g. {@code index}
 * @param attributes the names of its attributes
 */
record ObjectKind(String name, List<String> attributes) {

    ObjectKind {
        attributes = List.copyOf(attributes);
    }
}
