package dev.tenantmigrator.internal.verify;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.internal.jdbc.Queries.InvalidIndex;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.Finding.Severity;
import dev.tenantmigrator.report.Remedy;
import java.util.Optional;
import java.util.regex.Pattern;

/** The findings about a tenant's schema itself, beside those about its record. */
final class StructureFindings {

    /** An interrupted {@code REINDEX CONCURRENTLY} leaves such an index beside the one that it was to replace. */
    private static final Pattern LEFT_BY_REINDEX = Pattern.compile(".*_cc(new|old)\\d*");

    private StructureFindings() {}

    /** The finding about a table that is missing; none if it comes with a migration that is not applied yet. */
    static Optional<Finding> missingTable(String table, TenantState state, TableOrigins origins) {
        Optional<Migration> origin = origins.of(table);
        if (origin.isEmpty()) {
            return Optional.of(missing(
                    table + " is missing, and no migration here names it; correct the list of required tables, or, if a"
                            + " migration makes it by a composed name, backfill it"));
        }
        if (!state.has(origin.get().version())) {
            return Optional.empty();
        }
        String remedy = state.pending().isEmpty()
                ? "backfill it"
                : "backfill it first, then deploy what is pending, which may alter it";
        return Optional.of(missing(table + " is missing; " + remedy).withRemedies(new Remedy.Backfill()));
    }

    private static Finding missing(String message) {
        return Finding.of(Kind.MISSING_TABLE, Severity.ERROR, "the required table " + message);
    }

    static Finding invalidIndex(String schema, InvalidIndex index) {
        String name = Sql.qualified(schema, index.name());
        Remedy drop = new Remedy.Statement("DROP INDEX CONCURRENTLY " + name);
        String invalid = (index.unique() ? "the unique index " : "the index ") + index.name() + " of " + index.table()
                + " is INVALID: its build runs at this moment, or was interrupted. ";
        if (LEFT_BY_REINDEX.matcher(index.name()).matches()) {
            String rest =
                    "It is a rest of a REINDEX, beside the index that it was to replace. DROP INDEX CONCURRENTLY ";
            return Finding.of(Kind.INVALID_INDEX, Severity.ERROR, invalid + rest + name)
                    .withRemedies(drop);
        }
        String reindex = "REINDEX INDEX CONCURRENTLY " + name;
        String duplicates = index.unique() ? "; REINDEX fails while there are duplicates" : "";
        return Finding.of(
                        Kind.INVALID_INDEX,
                        Severity.ERROR,
                        invalid + effect(index) + ". " + reindex + ", or drop it" + duplicates)
                .withRemedies(new Remedy.Statement(reindex), drop);
    }

    private static String effect(InvalidIndex index) {
        if (index.unique()) {
            return "No query uses it, "
                    + (index.ready() ? "but it still refuses duplicates" : "and it refuses no duplicates");
        }
        return index.ready() ? "It only slows down writes" : "No query and no write uses it";
    }

    /** The finding about a drop that was begun; another tenant may have the name now. */
    static Finding unfinishedDrop(boolean nameInUse) {
        return Finding.of(
                        Kind.UNFINISHED_DROP,
                        Severity.ERROR,
                        (nameInUse ? "the drop of an earlier tenant of this name" : "the tenant's drop")
                                + " runs at this moment, or was interrupted; drop the tenant again to finish"
                                + (nameInUse ? "; this leaves the tenant that has the name now" : ""))
                .withRemedies(new Remedy.FinishDrop());
    }
}
