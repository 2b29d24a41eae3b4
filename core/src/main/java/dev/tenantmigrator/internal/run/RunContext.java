package dev.tenantmigrator.internal.run;

import dev.tenantmigrator.SchemaAdapter.TenantScript;
import dev.tenantmigrator.ScriptFile;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.Config;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.sql.ScriptScan;
import dev.tenantmigrator.internal.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What one run works with: the migrations, each script adapted once, and what belongs to no tenant. Thread-safe. */
public final class RunContext {

    private static final Pattern HIDDEN = Pattern.compile(
            "\\bset\\s+(?:session\\s+)?\\w+\\.|set_config\\s*\\(\\s*(?:'+\\w+\\.|[^'\\s])", Pattern.CASE_INSENSITIVE);

    private final Config config;
    private final MigrationCatalog catalog;
    private final SharedObjects shared;
    private final List<String> schemasAfterTenant;
    private final Map<ScriptFile, Adapted> scripts = new ConcurrentHashMap<>();

    private record Adapted(TenantScript script, boolean changesSettings, boolean changesHiddenSettings) {}

    private RunContext(Config config, MigrationCatalog catalog, SharedObjects shared, List<String> schemasAfterTenant) {
        this.config = config;
        this.catalog = catalog;
        this.shared = shared;
        this.schemasAfterTenant = List.copyOf(schemasAfterTenant);
    }

    /**
     * Makes ready to run scripts: provides the extensions that are configured or that the scripts create, and learns what
     * belongs to extensions. Where all is there this costs two queries.
     */
    public static RunContext load(
            Config config, MigrationCatalog catalog, Connection connection, Collection<ScriptFile> toRun)
            throws SQLException {
        Set<String> extensions = new LinkedHashSet<>(config.extensions());
        for (ScriptFile script : toRun) {
            extensions.addAll(ScriptScan.extensions(script));
        }
        Extensions.Installed installed = Extensions.ensure(connection, extensions, config.sharedSchema());
        Set<String> path = new LinkedHashSet<>(List.of(config.sharedSchema()));
        path.addAll(installed.schemas());
        SharedObjects shared = new SharedObjects(config.sharedSchema(), config.sharedObjects(), installed.objects());
        RunContext context = new RunContext(config, catalog, shared, List.copyOf(path));
        toRun.forEach(context::adapted);
        return context;
    }

    /** The migrations. */
    public MigrationCatalog catalog() {
        return catalog;
    }

    /** What the migrator was built with. */
    public Config config() {
        return config;
    }

    /** The statements of a script in a tenant. */
    public List<SqlStatement> statements(ScriptFile script, String schema) {
        return adapted(script).script().statements(schema);
    }

    /** A statement that lets unqualified names mean the tenant's, then the shared ones, until the transaction ends. */
    public String searchPathSql(String schema) {
        return "SET LOCAL search_path TO " + Sql.identifier(schema) + ", "
                + schemasAfterTenant.stream().map(Sql::identifier).collect(Collectors.joining(", "));
    }

    /** Whether settings may be other than before when the script has run. */
    public boolean changesSettings(ScriptFile script) {
        return adapted(script).changesSettings();
    }

    /**
     * Whether one of the scripts may change a setting of an extension's or an application's name ({@code app.user}), which
     * does not stand in {@code pg_settings} and so cannot be put back.
     */
    public boolean changesHiddenSettings(Collection<ScriptFile> files) {
        return files.stream().anyMatch(file -> adapted(file).changesHiddenSettings());
    }

    private Adapted adapted(ScriptFile file) {
        return scripts.computeIfAbsent(file, script -> {
            TenantScript adapted = config.adapter().adapt(script, shared);
            boolean mayChange = ScriptScan.mayChangeSettings(script);
            boolean sets = adapted.statements(config.sharedSchema()).stream()
                    .anyMatch(statement -> statement.sql().regionMatches(true, 0, "SET", 0, 3));
            boolean hidden = mayChange && HIDDEN.matcher(script.text()).find();
            return new Adapted(adapted, mayChange || sets, hidden);
        });
    }
}
