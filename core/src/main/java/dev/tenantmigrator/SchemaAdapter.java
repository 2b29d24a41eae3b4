package dev.tenantmigrator;

import dev.tenantmigrator.internal.sql.PublicSchemaAdapter;
import java.util.List;

/**
 * Turns a script written for {@code public} into the statements that run in a tenant's schema.
 *
 * <p>Each migration runs with {@code search_path} set to the tenant's schema and then the shared schema, so unqualified
 * names need no change. Implementations must be thread-safe and extend neither lines nor statements: see
 * {@link SqlStatement#line()}.
 */
@FunctionalInterface
public interface SchemaAdapter {

    /**
     * Reads a script once; the result serves all tenants of a run.
     *
     * @param script the script
     * @param shared what belongs to no tenant
     * @return the script, ready for any tenant
     * @throws InvalidMigrationException when the script is empty, cannot be read to its end (names the line on which an
     *     unterminated string, quoted identifier, comment or dollar quote began) or holds a statement that cannot run
     *     inside a migration's transaction
     */
    TenantScript adapt(ScriptFile script, SharedObjects shared);

    /**
     * The adapter used by default. It follows PostgreSQL's lexical rules (PostgreSQL documentation, "Lexical Structure")
     * and rewrites {@code public.x} and {@code "public"."x"}, also in dollar-quoted bodies. String literals, comments,
     * the role {@code PUBLIC}, shared objects and objects of extensions stay as they are.
     *
     * @return the adapter
     */
    static SchemaAdapter standard() {
        return new PublicSchemaAdapter();
    }

    /** A script that was read once and can be put into any tenant's schema. Thread-safe. */
    @FunctionalInterface
    interface TenantScript {

        /**
         * The statements to run, in order.
         *
         * @param schema the tenant's schema, unquoted
         * @return the statements
         */
        List<SqlStatement> statements(String schema);
    }
}
