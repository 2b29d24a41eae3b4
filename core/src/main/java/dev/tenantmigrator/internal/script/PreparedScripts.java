package dev.tenantmigrator.internal.script;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SchemaAdapter.TenantScript;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Queries;
import dev.tenantmigrator.internal.sql.rules.ExtensionRequest;
import dev.tenantmigrator.internal.sql.rules.IfExists;
import dev.tenantmigrator.internal.sql.rules.TrackingTableRules;
import dev.tenantmigrator.rollout.Rollout;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The scripts of one run, each prepared once, beside the shared schema and its extensions. Thread-safe. */
public final class PreparedScripts {

    private final Config config;
    private final Rollout rollout;
    private final Extensions.Installed installed;
    private final SharedObjects shared;
    private final TenantPath path;
    private final Set<String> missingExtensions;
    private final Map<MigrationScript, PreparedScript> scripts = new ConcurrentHashMap<>();

    private PreparedScripts(
            Config config,
            Rollout rollout,
            Extensions.Installed installed,
            Set<String> missingExtensions,
            Set<String> absentSchemas) {
        this.config = config;
        this.rollout = rollout;
        this.installed = installed;
        this.shared = new SharedObjects(
                config.sharedSchema(),
                config.sharedObjects(),
                installed.objects(),
                config.allowedSchemas(),
                absentSchemas);
        Set<String> schemas = new LinkedHashSet<>(List.of(config.sharedSchema()));
        schemas.addAll(installed.schemas());
        this.path = new TenantPath(schemas);
        this.missingExtensions = Set.copyOf(missingExtensions);
    }

    /**
     * Prepares scripts, after creating the extensions that are configured or that the scripts ask for. Costs one query when
     * all extensions are there.
     *
     * @throws dev.tenantmigrator.InvalidMigrationException when a script must not run
     */
    public static PreparedScripts prepare(
            Config config, Rollout rollout, Connection connection, Collection<MigrationScript> files)
            throws SQLException {
        PreparedScripts scripts = provided(config, rollout, connection, files);
        files.forEach(scripts::get);
        return scripts;
    }

    /** Prepares scripts that run one after the other in one transaction, on tables without rows: they create a tenant. */
    public static PreparedScripts prepareForCreation(Config config, Connection connection, List<MigrationScript> files)
            throws SQLException {
        return provided(config, Rollout.defaults(), connection, files).forCreation(files);
    }

    /** Prepares scripts for a plan: creates no extension. */
    public static PreparedScripts inspect(
            Config config, Rollout rollout, Connection connection, Collection<MigrationScript> files)
            throws SQLException {
        List<String> names =
                extensions(config, files).stream().map(ExtensionRequest::name).toList();
        Extensions.Installed installed = Extensions.installed(connection, names, config.sharedSchema());
        return new PreparedScripts(
                config, rollout, installed, installed.missing(names), absentSchemas(connection, files));
    }

    private static PreparedScripts provided(
            Config config, Rollout rollout, Connection connection, Collection<MigrationScript> files)
            throws SQLException {
        Extensions.Installed installed = Extensions.ensure(connection, extensions(config, files), config);
        return new PreparedScripts(config, rollout, installed, Set.of(), absentSchemas(connection, files));
    }

    /** The names in the scripts that may be schemas and of which the database has none. Costs a query only if a script asks. */
    private static Set<String> absentSchemas(Connection connection, Collection<MigrationScript> files)
            throws SQLException {
        Set<String> names = new LinkedHashSet<>();
        files.forEach(file -> names.addAll(IfExists.mayName(file)));
        if (!names.isEmpty()) {
            names.removeAll(Queries.existingSchemas(connection, names));
        }
        return names;
    }

    private static Collection<ExtensionRequest> extensions(Config config, Collection<MigrationScript> files) {
        Map<String, ExtensionRequest> extensions = new LinkedHashMap<>();
        config.extensions().forEach(name -> extensions.put(name, ExtensionRequest.of(name)));
        for (MigrationScript file : files) {
            ExtensionRequest.in(file).forEach(extension -> extensions.putIfAbsent(extension.name(), extension));
        }
        return List.copyOf(extensions.values());
    }

    /** Other scripts with the same extensions, prepared for a creation. */
    public PreparedScripts forCreation(List<MigrationScript> files) {
        PreparedScripts creation =
                new PreparedScripts(config, rollout, installed, missingExtensions, shared.absentSchemas());
        List<TenantScript> adapted = config.adapter().adaptForCreation(files, shared);
        for (int i = 0; i < files.size(); i++) {
            creation.scripts.put(files.get(i), creation.prepared(files.get(i), adapted.get(i)));
        }
        return creation;
    }

    /**
     * A script, prepared at the first call for it.
     *
     * @throws dev.tenantmigrator.InvalidMigrationException when the script must not run
     */
    public PreparedScript get(MigrationScript file) {
        return scripts.computeIfAbsent(
                file, script -> prepared(script, config.adapter().adapt(script, shared)));
    }

    private PreparedScript prepared(MigrationScript file, TenantScript adapted) {
        config.recorder().tableInSchema().ifPresent(table -> TrackingTableRules.require(file, table));
        return new PreparedScript(file, adapted, config, rollout, path);
    }

    /** All scripts prepared so far, in no order. */
    public Collection<PreparedScript> all() {
        return scripts.values();
    }

    /** The search path that scripts run with. */
    public TenantPath path() {
        return path;
    }

    /** The extensions that are needed and not installed; only {@link #inspect} leaves any. */
    public Set<String> missingExtensions() {
        return missingExtensions;
    }
}
