package dev.tenantmigrator.internal.script;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SchemaAdapter.TenantScript;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.internal.cluster.Cluster;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Queries;
import dev.tenantmigrator.internal.sql.rules.ExtensionRequest;
import dev.tenantmigrator.internal.sql.rules.IfExists;
import dev.tenantmigrator.internal.sql.rules.TrackingTableRules;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.rollout.Rollout;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final ReservedLabels labels;
    private final Cluster cluster;
    private final Map<MigrationScript, PreparedScript> scripts = new ConcurrentHashMap<>();
    private volatile Optional<PreparedScripts> next = Optional.empty();
    private volatile boolean created;

    private PreparedScripts(
            Config config,
            Rollout rollout,
            Extensions.Installed installed,
            Set<String> missingExtensions,
            Set<String> absentSchemas,
            ReservedLabels labels) {
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
        this.labels = labels;
        this.cluster = Cluster.of(config, installed.extensions());
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
                config,
                rollout,
                installed,
                installed.missing(names),
                absentSchemas(connection, files),
                ReservedLabels.of(List.of()));
    }

    private static PreparedScripts provided(
            Config config, Rollout rollout, Connection connection, Collection<MigrationScript> files)
            throws SQLException {
        Extensions.Installed installed = Extensions.ensure(connection, extensions(config, files), config);
        return new PreparedScripts(
                config, rollout, installed, Set.of(), absentSchemas(connection, files), ReservedLabels.of(List.of()));
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
        return forCreation(files, ReservedLabels.of(files));
    }

    private PreparedScripts forCreation(List<MigrationScript> files, ReservedLabels reserved) {
        PreparedScripts creation =
                new PreparedScripts(config, rollout, installed, missingExtensions, shared.absentSchemas(), reserved);
        List<TenantScript> adapted = config.adapter().adaptForCreation(reserved.files(), shared);
        for (int i = 0; i < files.size(); i++) {
            creation.scripts.put(files.get(i), creation.prepared(files.get(i), adapted.get(i)));
        }
        return creation;
    }

    /**
     * The scripts for another attempt at a creation that failed: they add some enum labels as they are written, not as
     * reserved ones.
     *
     * @return empty when the failure cannot be due to a reservation
     */
    public Optional<PreparedScripts> forCreationAfter(SQLException e) {
        Optional<PreparedScripts> other = labels.after(e).map(fewer -> forCreation(fewer.written(), fewer));
        other.ifPresent(scripts -> next = other);
        return other;
    }

    /** The scripts that the last creation ended with. */
    public PreparedScripts latest() {
        return next.map(PreparedScripts::latest).orElse(this);
    }

    /** Adds the remedy to a failure that is about a label which could not be reserved. */
    public Failure explainLabel(Failure failure, SQLException e) {
        return labels.explained(failure, e);
    }

    /**
     * Whether the last failure of a creation hides the cause: it is about a label that is not reserved any more because of the
     * first failure, which was not about a label.
     */
    public boolean hidesCause(SQLException first, SQLException last) {
        return ReservedLabels.isUnsafeUse(last) && !ReservedLabels.isCauseOf(first);
    }

    /** A statement that fails when a script of a creation left other enum labels than its text says. */
    public Optional<String> labelCheckSql(MigrationScript script, String schema) {
        return labels.checkSql(script, schema);
    }

    /** A statement that fails when a creation left a placeholder of an enum label. */
    public Optional<String> labelLeftOverSql(String schema) {
        return labels.leftOverSql(schema);
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
        return new PreparedScript(file, adapted, config, cluster, rollout, path);
    }

    /** All scripts prepared so far, in no order. */
    public Collection<PreparedScript> all() {
        return scripts.values();
    }

    /** Whether they have created a tenant. */
    public boolean haveCreated() {
        return created;
    }

    /** Records that they have created a tenant. */
    public void recordCreation() {
        created = true;
    }

    /** The cluster that the database belongs to. */
    public Cluster cluster() {
        return cluster;
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
