package dev.tenantmigrator.internal.run;

import dev.tenantmigrator.Cancellation;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.Rollout;
import dev.tenantmigrator.SchemaAdapter.TenantScript;
import dev.tenantmigrator.ScriptFile;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.Config;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.sql.nontransactional.CreationStatements;
import dev.tenantmigrator.internal.sql.rules.ExpectedEffects;
import dev.tenantmigrator.internal.sql.rules.ExtensionRequest;
import dev.tenantmigrator.internal.sql.rules.ScriptDirective;
import dev.tenantmigrator.internal.sql.rules.SettingRules;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.internal.tracking.TenantStates;
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

/** What one run works with: the migrations, each script adapted once, and what belongs to no tenant. Thread-safe. */
public final class RunContext {

    private final Config config;
    private final Rollout rollout;
    private final MigrationCatalog catalog;
    private final Collection<ExtensionRequest> extensions;
    private final Extensions.Installed installed;
    private final SharedObjects shared;
    private final TenantStates states;
    private final TenantPath path;
    private final Set<ScriptFile> surprising = ConcurrentHashMap.newKeySet();
    private final Set<String> missingExtensions;
    private final Map<ScriptFile, Adapted> scripts = new ConcurrentHashMap<>();

    private record Adapted(
            TenantScript script,
            ScriptSettings settings,
            int tries,
            Set<String> ownSettings,
            boolean changesSettings,
            boolean leavesTraces,
            ExpectedEffects effects) {}

    private RunContext(
            Config config,
            Rollout rollout,
            MigrationCatalog catalog,
            Collection<ExtensionRequest> extensions,
            Extensions.Installed installed,
            Set<String> missingExtensions) {
        this.config = config;
        this.rollout = rollout;
        this.catalog = catalog;
        this.states = new TenantStates(catalog);
        this.extensions = extensions;
        this.installed = installed;
        this.shared = new SharedObjects(
                config.sharedSchema(), config.sharedObjects(), installed.objects(), config.allowedSchemas());
        Set<String> schemas = new LinkedHashSet<>(List.of(config.sharedSchema()));
        schemas.addAll(installed.schemas());
        this.path = new TenantPath(schemas);
        this.missingExtensions = Set.copyOf(missingExtensions);
    }

    /**
     * Makes ready to run scripts: provides the extensions that are configured or that the scripts create, and learns what
     * belongs to extensions. Where all is there this costs one query.
     */
    public static RunContext load(
            Config config,
            Rollout rollout,
            MigrationCatalog catalog,
            Connection connection,
            Collection<ScriptFile> toRun)
            throws SQLException {
        RunContext run = prepare(config, rollout, catalog, connection, toRun);
        toRun.forEach(run::adapted);
        return run;
    }

    /**
     * The same for scripts that run one after the other in one transaction, on tables without rows: what creates a tenant.
     */
    public static RunContext loadForCreation(
            Config config, MigrationCatalog catalog, Connection connection, List<ScriptFile> toRun)
            throws SQLException {
        return prepare(config, Rollout.defaults(), catalog, connection, toRun).forCreation(toRun);
    }

    private static RunContext prepare(
            Config config,
            Rollout rollout,
            MigrationCatalog catalog,
            Connection connection,
            Collection<ScriptFile> toRun)
            throws SQLException {
        Collection<ExtensionRequest> extensions = extensions(config, toRun);
        Extensions.Installed installed = Extensions.ensure(connection, extensions, config);
        return new RunContext(config, rollout, catalog, extensions, installed, Set.of());
    }

    /** The same without creating extensions, to see what would run. */
    public static RunContext look(
            Config config,
            Rollout rollout,
            MigrationCatalog catalog,
            Connection connection,
            Collection<ScriptFile> toRun)
            throws SQLException {
        Collection<ExtensionRequest> extensions = extensions(config, toRun);
        List<String> names = extensions.stream().map(ExtensionRequest::name).toList();
        Extensions.Installed installed = Extensions.installed(connection, names, config.sharedSchema());
        return new RunContext(config, rollout, catalog, extensions, installed, installed.missing(names));
    }

    private static Collection<ExtensionRequest> extensions(Config config, Collection<ScriptFile> toRun) {
        Map<String, ExtensionRequest> extensions = new LinkedHashMap<>();
        config.extensions().forEach(name -> extensions.put(name, ExtensionRequest.of(name)));
        for (ScriptFile script : toRun) {
            ExtensionRequest.in(script).forEach(extension -> extensions.putIfAbsent(extension.name(), extension));
        }
        return List.copyOf(extensions.values());
    }

    /** The same run, with other scripts: those that run one after the other in one transaction. */
    public RunContext forCreation(List<ScriptFile> toRun) {
        RunContext creation = new RunContext(config, rollout, catalog, extensions, installed, missingExtensions);
        List<TenantScript> adapted = config.adapter().adaptForCreation(toRun, shared);
        for (int i = 0; i < toRun.size(); i++) {
            creation.scripts.put(toRun.get(i), adapted(toRun.get(i), adapted.get(i)));
        }
        return creation;
    }

    /** The extensions that are needed and not there; none once the context was loaded. */
    public Set<String> missingExtensions() {
        return missingExtensions;
    }

    /** What ends the run before its end. */
    public Cancellation cancellation() {
        return rollout.cancellation();
    }

    /** The migrations. */
    public MigrationCatalog catalog() {
        return catalog;
    }

    /** What a tenant's recorded versions mean beside the migrations. */
    public TenantState state(String schema, List<RecordedVersion> rows) {
        return states.of(schema, rows);
    }

    /** What the migrator was built with. */
    public Config config() {
        return config;
    }

    /** A script, adapted. */
    public TenantScript script(ScriptFile file) {
        return adapted(file).script();
    }

    /** The statements of a script in a tenant. */
    public List<SqlStatement> statements(ScriptFile script, String schema) {
        return adapted(script).script().statements(schema);
    }

    /** The isolation level that a script asks for. */
    public Optional<String> isolationLevel(ScriptFile script) {
        return adapted(script).script().isolationLevel();
    }

    /** The statements of a script in a tenant that is being created, in one transaction. */
    public List<SqlStatement> statementsInCreation(ScriptFile script, String schema) {
        List<SqlStatement> statements = statements(script, schema);
        return isTransactional(script) ? statements : CreationStatements.of(statements, schema);
    }

    /** The search path that scripts run with. */
    public TenantPath path() {
        return path;
    }

    /** What a script's transactions and sessions are set to. */
    public ScriptSettings settings(ScriptFile script) {
        return adapted(script).settings();
    }

    /** Whether a script runs in one transaction with its tracking row. */
    public boolean isTransactional(ScriptFile script) {
        return adapted(script).script().transactional();
    }

    /** How often a script is tried that fails for a reason that passes. */
    public int tries(ScriptFile script) {
        return adapted(script).tries();
    }

    /** Whether the commit of a script is not waited for. */
    public boolean isAsynchronous(ScriptFile script) {
        return rollout.asynchronousCommit() && isTransactional(script);
    }

    /** Whether a script needs the full check, rather than the quick one. */
    public boolean needsFullCheck(ScriptFile script) {
        return !effects(script).plain() || surprising.contains(script);
    }

    /** What a script does to the database, by its text. */
    public ExpectedEffects effects(ScriptFile script) {
        return adapted(script).effects();
    }

    /** Whether one of the scripts runs code that its text need not show, or creates a function that does. */
    public boolean hidesCode() {
        return scripts.values().stream().anyMatch(script -> script.effects().hidden());
    }

    /** Whether one of the scripts may set what its text does not name. */
    public boolean mayLeaveUnseenSettings() {
        return scripts.values().stream().anyMatch(script -> script.effects().unseenSettings());
    }

    /** The settings of an application's own that a script sets. */
    public Set<String> ownSettings(ScriptFile script) {
        return adapted(script).ownSettings();
    }

    /** Remembers for all tenants that a script did other things than its text says. */
    public void surprised(ScriptFile script) {
        surprising.add(script);
    }

    /** Whether settings may be other than before when the script has run. */
    public boolean changesSettings(ScriptFile script) {
        return adapted(script).changesSettings();
    }

    /**
     * Whether something of one of the scripts may stay on the connection that cannot be put back: a temporary table, a lock
     * of the session, a setting of an application's own. Such a connection must not serve another tenant.
     */
    public boolean leavesTraces(Collection<ScriptFile> files) {
        return files.stream().anyMatch(file -> adapted(file).leavesTraces());
    }

    private Adapted adapted(ScriptFile file) {
        return scripts.computeIfAbsent(
                file, script -> adapted(script, config.adapter().adapt(script, shared)));
    }

    private Adapted adapted(ScriptFile script, TenantScript adapted) {
        boolean mayChange = SettingRules.mayChangeSettings(script);
        List<SqlStatement> statements = adapted.statements(config.sharedSchema());
        boolean sets = statements.stream().anyMatch(statement -> statement.sql().regionMatches(true, 0, "SET", 0, 3));
        Set<String> ownSettings = SettingRules.ownSettings(script);
        ScriptDirective directive = ScriptDirective.read(script);
        return new Adapted(
                adapted,
                new ScriptSettings(directive, rollout, config.lockTimeout(), path),
                directive.tries().orElse(rollout.tries()),
                ownSettings,
                mayChange || sets,
                mayChange && !ownSettings.isEmpty(),
                ExpectedEffects.of(statements));
    }
}
