package dev.tenantmigrator.internal.drift;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;

/**
 * The structure that tenants should have, read from another schema. Text in which that schema's name stands is put into each tenant's own
 * words; all else is equal for all of them.
 */
final class Definition {

    private final List<StructureRow> same = new ArrayList<>();
    private final List<StructureRow> named = new ArrayList<>();
    private final Fingerprint ofSame;
    private final BinaryOperator<String> naming;

    /**
     * A definition.
     *
     * @param naming puts a tenant, its second argument, into a text of the schema
     */
    Definition(List<StructureRow> rows, String schema, BinaryOperator<String> naming) {
        Fingerprint sum = Fingerprint.EMPTY;
        for (StructureRow row : rows) {
            if (names(row, schema)) {
                named.add(row);
            } else {
                same.add(row);
                sum = sum.plus(Fingerprint.of(row));
            }
        }
        this.ofSame = sum;
        this.naming = naming;
    }

    private static boolean names(StructureRow row, String schema) {
        return row.object().contains(schema)
                || row.attributes().stream().anyMatch(value -> value.orElse("").contains(schema));
    }

    /** The fingerprint of a tenant that is as defined. */
    Fingerprint fingerprint(String tenant) {
        return named.stream().map(row -> Fingerprint.of(of(row, tenant))).reduce(ofSame, Fingerprint::plus);
    }

    /** The objects of a tenant that is as defined. */
    List<StructureRow> rows(String tenant) {
        List<StructureRow> rows = new ArrayList<>(same);
        named.forEach(row -> rows.add(of(row, tenant)));
        return rows;
    }

    private StructureRow of(StructureRow row, String tenant) {
        return new StructureRow(
                row.kind(),
                naming.apply(row.object(), tenant),
                row.table(),
                row.attributes().stream()
                        .map(value -> value.map(text -> naming.apply(text, tenant)))
                        .toList());
    }
}
