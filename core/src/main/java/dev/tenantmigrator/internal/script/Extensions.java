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
 * Creates extensions once per database, in the shared schema. With a tenant's search path, an extension would be installed into that
 * tenant.
 */
public final class Extensions {

    private Extensions() {}

    /**
     * The installed extensions.
     *
     * @param extensions the names of all installed extensions
     * @param schemas the schemas of the requested extensions
     * @param objects by name the schema of every object of an extension, for those in the shared schema and those requested
     */
    public record Installed(Set<String> extensions, Set<String> schemas, Map<String, String> objects) {

        /** The extensions among these that are not installed, in order. */
        Set<String> missing(Collection<String> names) {
            Set<String> missing = new LinkedHashSet<>(names);
            missing.removeAll(extensions);
            return missing;
        }
    }

    /**
     * Creates the missing extensions and returns the installed ones.
     *
     * @param extensions each once, in the order of creation
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
     * Creates an extension together with those it requires. {@code IF NOT EXISTS} alone races (23505), so a lock makes concurrent
     * instances take turns. One {@code DO} statement is one transaction in autocommit mode, and part of the caller's transaction
     * otherwise.
     */
    private static void create(Connection connection, ExtensionRequest extension, Config config) throws SQLException {
        // A schema other than the shared one must be allowed by name.
        String schema =
                extension.schema().filter(config.allowedSchemas()::contains).orElse(config.sharedSchema());
        String create = "CREATE EXTENSION IF NOT EXISTS " + Sql.identifier(extension.name());
        String inSchema = " WITH SCHEMA " + Sql.identifier(schema);
        String version =
                extension.version().map(v -> " VERSION " + Sql.identifier(v)).orElse("");
        // Some extensions prescribe their schema and accept no other.
        String inTurn = "BEGIN PERFORM " + TenantLock.waitFor("extension " + extension.name()) + "; EXECUTE "
                + Sql.literal(create) + " || CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_available_extension_versions"
                + " WHERE name = " + Sql.literal(extension.name()) + " AND schema IS NOT NULL) THEN '' ELSE "
                + Sql.literal(inSchema) + " END || " + Sql.literal(version + " CASCADE") + "; END";
        try {
            // The check of the next transaction counts written rows; it must not count these.
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
     * A fingerprint that changes when an extension is created, dropped, moved or updated. It takes a fiftieth of the time of {@link
     * #installed}, whose plan PostgreSQL makes again after large changes of the catalogs.
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

    /** Reads the installed extensions; changes nothing. */
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
        // Prepared without parameters, so that the connection keeps the plan: planning takes ten times as long as
        // running.
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
