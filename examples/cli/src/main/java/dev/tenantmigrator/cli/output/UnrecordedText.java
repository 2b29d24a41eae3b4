package dev.tenantmigrator.cli.output;

import java.util.List;

/** Warns of schemas that have a tenant's tables and no record. */
public final class UnrecordedText {

    /** Schemas named in the warning. The JSON document has all. */
    private static final int NAMED = 20;

    private UnrecordedText() {}

    /** The warning; nothing when there is no such schema. */
    public static List<String> notes(List<String> schemas) {
        if (schemas.isEmpty()) {
            return List.of();
        }
        boolean one = schemas.size() == 1;
        return List.of("warning: " + schemas.size()
                + (one ? " schema has" : " schemas have")
                + " all required tables but no record, so no run includes " + (one ? "it" : "them")
                + " and no count: "
                + TerminalText.some(schemas, NAMED) + ". If " + (one ? "it is a tenant" : "they are tenants")
                + ", restore the record (rename it back, or from a backup), or run: adopt "
                + (one ? schemas.get(0) : "SCHEMA"));
    }
}
