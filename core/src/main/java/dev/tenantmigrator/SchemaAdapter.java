package dev.tenantmigrator;

import dev.tenantmigrator.internal.sql.rewrite.PublicSchemaAdapter;
import dev.tenantmigrator.report.ScriptNote;
import java.util.List;
import java.util.Optional;

/**
 * Turns a script written for {@code public} into the statements that run in a tenant's schema.
 *
 * <p>Each migration runs with {@code search_path} set to the tenant's schema and then the shared schema, so unqualified
 * names need no change. Implementations must be thread-safe and extend neither lines nor statements: see
 * {@link SqlStatement#line()}.
 *
 * <p>Most adapters add a rule to {@link #standard()}. Delegate {@code adaptForCreation} as well as {@code adapt}, because the
 * standard adapter overrides it for new tenants. Return the standard adapter's {@link TenantScript}; if you wrap it, pass on
 * all its methods, because the defaults would lose its mode, isolation level and notes.
 *
 * <pre>{@code
 * record NoTruncate(SchemaAdapter standard) implements SchemaAdapter {
 *
 *     public TenantScript adapt(MigrationScript script, SharedObjects shared) {
 *         return checked(script, standard.adapt(script, shared));
 *     }
 *
 *     public List<TenantScript> adaptForCreation(List<MigrationScript> scripts, SharedObjects shared) {
 *         List<TenantScript> adapted = standard.adaptForCreation(scripts, shared);
 *         for (int i = 0; i < adapted.size(); i++) {
 *             checked(scripts.get(i), adapted.get(i));
 *         }
 *         return adapted;
 *     }
 *
 *     // checked(…) throws InvalidMigrationException or returns the adapted script as it is
 * }
 * }</pre>
 */
@FunctionalInterface
public interface SchemaAdapter {

    /**
     * Reads a script once; the result serves all tenants of a run.
     *
     * @param script the script
     * @param shared the objects that belong to no tenant
     * @return the script, ready for any tenant
     * @throws InvalidMigrationException when the script is still as the command {@code create} wrote it, cannot be read to its end (names the line on which an
     *     unterminated string, quoted identifier, comment or dollar quote began) or holds a statement that cannot run
     *     inside a migration's transaction
     */
    TenantScript adapt(MigrationScript script, SharedObjects shared);

    /**
     * Reads the scripts that create a tenant, which all run in one transaction on tables without rows; the result serves
     * all tenants that are created while the scripts and the shared objects stay the same.
     *
     * @param scripts all migrations' scripts, in order
     * @param shared the objects that belong to no tenant
     * @return the adapted scripts, in the order of the given ones
     * @throws InvalidMigrationException as {@link #adapt} does
     */
    default List<TenantScript> adaptForCreation(List<MigrationScript> scripts, SharedObjects shared) {
        return scripts.stream().map(script -> adapt(script, shared)).toList();
    }

    /**
     * The adapter used by default. It follows PostgreSQL's lexical rules (PostgreSQL documentation, "Lexical Structure")
     * and puts the tenant's schema in place of {@code public} wherever the text shows that the schema is meant: in
     * {@code public.x} and {@code "public"."x"}, in literals that PostgreSQL reads as a name ({@code 'public.x'::regclass})
     * or compares with a schema's ({@code table_schema = 'public'}), in search paths, in bodies of functions and
     * {@code DO}, and in SQL that PL/pgSQL executes. Other string literals, comments, the role {@code PUBLIC}, shared
     * objects and objects of extensions stay as they are. Settings of a script end with its transaction.
     *
     * <p>{@code COPY … FROM stdin} with rows in text format becomes a query that checks its table, and {@code INSERT}s of up
     * to 1,000 rows.
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

        /**
         * Whether the script runs in one transaction with its tracking row. Otherwise it holds statements that
         * PostgreSQL refuses in a transaction, and settings ({@code SET}) for them. They are sent one by one, and name every table
         * and index with its schema. Other statements stand between the statements {@code BEGIN} and {@code COMMIT}; those are a
         * part of the script that runs in a transaction of its own. For the creation of a tenant the library turns all into
         * statements that can run in one transaction.
         *
         * @return true by default
         */
        default boolean transactional() {
            return true;
        }

        /**
         * The isolation level that the script asks for, e.g. {@code SERIALIZABLE}.
         *
         * @return empty by default: READ COMMITTED
         */
        default Optional<String> isolationLevel() {
            return Optional.empty();
        }

        /**
         * Notes for a reader of the adapted script.
         *
         * @return in the order of the lines; none by default
         */
        default List<ScriptNote> notes() {
            return List.of();
        }
    }
}
