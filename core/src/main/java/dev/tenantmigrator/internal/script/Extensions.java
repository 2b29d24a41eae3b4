package dev.tenantmigrator.internal.script;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.jdbc.TenantLock;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.rules.ExtensionRequest;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes extensions available once per database, in the shared schema. An extension created with a tenant's search path
 * would be installed into that tenant.
 */
public final class Extensions {

    private Extensions() {}

    /**
     * What is there.
     *
     * @param extensions the names of all
     * @param schemas where the asked extensions are, a few or none outside the shared schema
     * @param objects the schema of every object of an extension, by name
     */
    public record Installed(Set<String> extensions, Set<String> schemas, Map<String, String> objects) {

        /** Those of some extensions that are not there, in the same order. */
        Set<String> missing(Collection<String> names) {
            Set<String> missing = new LinkedHashSet<>(names);
            missing.removeAll(extensions);
            return missing;
        }
    }

    /**
     * Creates what is missing, if anything, and says what is there.
     *
     * @param extensions each once, in the order in which to create them
     * @throws TenantMigratorException when an extension is missing and cannot be created
     */
    public static Installed ensure(Connection connection, Collection<ExtensionRequest> extensions, Config config)
            throws SQLException {
        List<String> names = extensions.stream().map(ExtensionRequest::name).toList();
        Installed installed = installed(connection, names, config.sharedSchema());
        Set<String> missing = installed.missing(names);
        if (missing.isEmpty()) {
            return installed;
        }
        for (ExtensionRequest extension : extensions) {
            if (missing.contains(extension.name())) {
                create(connection, extension, config);
            }
        }
        return installed(connection, names, config.sharedSchema());
    }

    /**
     * {@code IF NOT EXISTS} alone races (23505), so those who do it at once take turns. What the extension requires is created
     * along with it. One {@code DO} statement, because it
     * is one transaction in autocommit mode and part of the caller's transaction otherwise.
     */
    private static void create(Connection connection, ExtensionRequest extension, Config config) throws SQLException {
        // Another schema than the shared one only where it is allowed by name.
        String schema =
                extension.schema().filter(config.allowedSchemas()::contains).orElse(config.sharedSchema());
        String create = "CREATE EXTENSION IF NOT EXISTS " + Sql.identifier(extension.name());
        String inSchema = " WITH SCHEMA " + Sql.identifier(schema);
        String version =
                extension.version().map(v -> " VERSION " + Sql.identifier(v)).orElse("");
        // Some extensions say themselves which schema is theirs, and accept no other.
        String inTurn = "BEGIN PERFORM " + TenantLock.waitFor("extension " + extension.name()) + "; EXECUTE "
                + Sql.literal(create) + " || CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_available_extension_versions"
                + " WHERE name = " + Sql.literal(extension.name()) + " AND schema IS NOT NULL) THEN '' ELSE "
                + Sql.literal(inSchema) + " END || " + Sql.literal(version + " CASCADE") + "; END";
        try {
            // What this wrote must not count for the transaction that comes next.
            Jdbc.execute(connection, "DO " + Sql.literal(inTurn) + "; SELECT pg_catalog.pg_stat_force_next_flush()");
        } catch (SQLException e) {
            throw new TenantMigratorException(
                    Failure.of("extension \"" + extension.name() + "\" is not installed and cannot be created: "
                                    + SqlErrors.message(e, create) + ". Let a role with the privilege run once: "
                                    + create
                                    + inSchema + version + " CASCADE; or remove the extension from the configuration"
                                    + " and the scripts")
                            .withSqlState(SqlErrors.state(e)),
                    SqlErrors.withoutDetail(e));
        }
    }

    /**
     * What is another after any extension came, went, moved or was updated. It takes a fiftieth of {@link #installed}, whose
     * plan is made anew whenever others have changed much.
     */
    public static List<String> state(Connection connection) throws SQLException {
        List<String> state = new ArrayList<>();
        Jdbc.forEachPrepared(
                connection,
                "SELECT oid, xmin, extversion, extnamespace::pg_catalog.regnamespace FROM pg_catalog.pg_extension"
                        + " ORDER BY oid",
                row -> state.add(
                        String.join(" ", row.getString(1), row.getString(2), row.getString(3), row.getString(4))));
        return state;
    }

    /** What is there; changes nothing. */
    public static Installed installed(Connection connection, Collection<String> extensions, String sharedSchema)
            throws SQLException {
        Map<String, String> objects = new HashMap<>();
        Set<String> present = new HashSet<>();
        Set<String> schemas = new LinkedHashSet<>();
        String query = """
                SELECT e.extname, n.nspname, coalesce(p.proname, t.typname, c.relname, o.opcname, f.opfname)
                  FROM pg_catalog.pg_extension e
                  JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_extension'::regclass
                                             AND d.refobjid = e.oid AND d.deptype = 'e'
                  LEFT JOIN pg_catalog.pg_proc p
                         ON d.classid = 'pg_catalog.pg_proc'::regclass AND p.oid = d.objid
                  LEFT JOIN pg_catalog.pg_type t
                         ON d.classid = 'pg_catalog.pg_type'::regclass AND t.oid = d.objid
                  LEFT JOIN pg_catalog.pg_class c
                         ON d.classid = 'pg_catalog.pg_class'::regclass AND c.oid = d.objid
                  LEFT JOIN pg_catalog.pg_opclass o
                         ON d.classid = 'pg_catalog.pg_opclass'::regclass AND o.oid = d.objid
                  LEFT JOIN pg_catalog.pg_opfamily f
                         ON d.classid = 'pg_catalog.pg_opfamily'::regclass AND f.oid = d.objid
                  JOIN pg_catalog.pg_namespace n ON n.oid = coalesce(
                         p.pronamespace, t.typnamespace, c.relnamespace, o.opcnamespace, f.opfnamespace)
                 WHERE n.nspname <> 'pg_catalog' AND (n.nspname = %s OR e.extname = ANY (ARRAY[%s]::pg_catalog.name[]))
                UNION ALL SELECT extname, NULL, NULL FROM pg_catalog.pg_extension""".formatted(
                Sql.literal(sharedSchema), extensions.stream().map(Sql::literal).collect(Collectors.joining(", ")));
        // Prepared without parameters: its plan, which takes ten times as long as it runs, is kept on the connection.
        Jdbc.forEachPrepared(connection, query, row -> {
            if (row.getString(2) == null) {
                present.add(row.getString(1));
                return;
            }
            objects.put(row.getString(3), row.getString(2));
            if (extensions.contains(row.getString(1))) {
                schemas.add(row.getString(2));
            }
        });
        return new Installed(present, schemas, objects);
    }
}
