package dev.tenantmigrator.internal.drift;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The structure that tenants should have, read from another schema. Text in which that schema's name stands is put into each tenant's own
 * words; all else is equal for all of them.
 */
final class Definition {

    /** A name that stands for every name that never needs quotes or escapes, so that texts are read once, not once for each tenant. */
    private static final String PLAIN = "tenant_migrator_any_plain_name";

    private static final Pattern PLAIN_NAME = Pattern.compile("[a-z_][a-z0-9_]*");

    private final List<StructureRow> same = new ArrayList<>();
    private final List<StructureRow> named = new ArrayList<>();
    private final List<StructureRow> namedPlainly;
    private final StructureReader reader;
    private final Fingerprint ofSame;
    private final BinaryOperator<String> naming;

    /**
     * A definition.
     *
     * @param naming puts a tenant, its second argument, into a text of the schema
     */
    Definition(StructureReader reader, List<StructureRow> rows, String schema, BinaryOperator<String> naming) {
        this.reader = reader;
        Fingerprint sum = Fingerprint.EMPTY;
        for (StructureRow row : rows) {
            if (names(row, schema)) {
                named.add(row);
            } else {
                same.add(row);
                sum = sum.plus(reader.fingerprint(row));
            }
        }
        this.ofSame = sum;
        this.naming = naming;
        this.namedPlainly = named.stream()
                .map(row -> with(row, text -> naming.apply(text, PLAIN)))
                .toList();
    }

    private static boolean names(StructureRow row, String schema) {
        return row.object().contains(schema)
                || row.attributes().stream().anyMatch(value -> value.orElse("").contains(schema));
    }

    /** The fingerprint of a tenant that is as defined. */
    Fingerprint fingerprint(String tenant) {
        return named(tenant).map(reader::fingerprint).reduce(ofSame, Fingerprint::plus);
    }

    /** The objects of a tenant that is as defined. */
    List<StructureRow> rows(String tenant) {
        return Stream.concat(same.stream(), named(tenant)).toList();
    }

    private Stream<StructureRow> named(String tenant) {
        return isPlain(tenant)
                ? namedPlainly.stream().map(row -> with(row, text -> text.replace(PLAIN, tenant)))
                : named.stream().map(row -> with(row, text -> naming.apply(text, tenant)));
    }

    /** Whether a name never needs quotes, unless it is a keyword. */
    static boolean isPlain(String name) {
        return PLAIN_NAME.matcher(name).matches();
    }

    private static StructureRow with(StructureRow row, UnaryOperator<String> naming) {
        return new StructureRow(
                row.kind(),
                naming.apply(row.object()),
                row.table(),
                row.attributes().stream().map(value -> value.map(naming)).toList(),
                row.owner());
    }
}
