package dev.tenantmigrator.cli.command;

import static picocli.CommandLine.ScopeType.INHERIT;

import dev.tenantmigrator.cli.setup.CliContext;
import dev.tenantmigrator.cli.setup.CliSettings;
import dev.tenantmigrator.cli.setup.SettingsLoader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root command: options that each command accepts, before or after its name. */
@Command(
        name = "tenant-migrator",
        description =
                "Creates, migrates, rolls back, repairs and checks the schemas of tenants in a PostgreSQL database.",
        synopsisSubcommandLabel = "COMMAND",
        optionListHeading = "%nOptions of every command:%n",
        commandListHeading = "%nCommands:%n",
        usageHelpAutoWidth = true,
        versionProvider = GlobalOptions.Version.class,
        footer = {
            "",
            "Each option can also be set by an environment variable, e.g. TENANT_MIGRATOR_REQUIRED_TABLE=a,b for"
                    + " --required-table, and in tenant-migrator.properties (required-table=a,b). The first of these wins:"
                    + " arguments, environment, the file in the working directory, the file in the migrations directory.",
            "The password comes from TENANT_MIGRATOR_PASSWORD. Without it the command asks on a terminal.",
            "",
            "Exit code 0: success; 1: a tenant failed, is unhealthy, drifted or pending; 2: wrong usage, unreadable migrations,"
                    + " no connection."
        })
final class GlobalOptions implements Runnable {

    private final CliContext context;
    private final Map<String, String> given = new LinkedHashMap<>();
    private Optional<CommandSpec> spec = Optional.empty();

    GlobalOptions(CliContext context) {
        this.context = context;
    }

    @Spec
    void setSpec(CommandSpec commandSpec) {
        spec = Optional.of(commandSpec);
    }

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = INHERIT,
            description = "Show this help and exit.")
    @SuppressWarnings("unused")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version and exit.")
    @SuppressWarnings("unused")
    private boolean version;

    @Option(names = "--url", scope = INHERIT, paramLabel = "URL", description = "JDBC URL of the database.")
    void setUrl(String url) {
        given.put("url", url);
    }

    @Option(names = "--embedded", scope = INHERIT, description = "Use an embedded server, data in .tenant-migrator.")
    void setEmbedded(boolean embedded) {
        given.put("embedded", Boolean.toString(embedded));
    }

    @Option(names = "--user", scope = INHERIT, paramLabel = "USER", description = "Database user.")
    void setUser(String user) {
        given.put("user", user);
    }

    @Option(
            names = "--direct-url",
            scope = INHERIT,
            paramLabel = "URL",
            description =
                    "JDBC URL of the same database that bypasses a pooler such as PgBouncer. Statements that cannot run"
                            + " in a transaction use it.")
    void setDirectUrl(String url) {
        given.put("direct-url", url);
    }

    @Option(names = "--password", scope = INHERIT, hidden = true, arity = "0..1")
    @SuppressWarnings({"unused", "DoNotCallSuggester"})
    void setPassword(String password) {
        throw refused("a password is not accepted as an argument, because other users can see it:"
                + " put it into TENANT_MIGRATOR_PASSWORD, or enter it at the prompt");
    }

    @Option(
            names = "--migrations",
            scope = INHERIT,
            paramLabel = "DIR",
            description = "Directory of migrations. Default: migrations")
    void setMigrations(String directory) {
        given.put("migrations", directory);
    }

    @Option(
            names = "--required-table",
            scope = INHERIT,
            paramLabel = "T",
            description = "A table that every tenant must have. Repeatable.")
    void setRequiredTables(List<String> tables) {
        given.put("required-table", String.join(",", tables));
    }

    @Option(
            names = "--shared-object",
            scope = INHERIT,
            paramLabel = "T",
            description = "An object of the shared schema that migrations may use. Repeatable.")
    void setSharedObjects(List<String> objects) {
        given.put("shared-object", String.join(",", objects));
    }

    @Option(
            names = "--shared-schema",
            scope = INHERIT,
            paramLabel = "S",
            description = "Schema of extensions, users and other shared objects. Default: public")
    void setSharedSchema(String schema) {
        given.put("shared-schema", schema);
    }

    @Option(
            names = "--allow-schema",
            scope = INHERIT,
            paramLabel = "S",
            description = "A schema beside the tenant's own that migrations may create and change. Repeatable.")
    void setAllowedSchemas(List<String> schemas) {
        given.put("allow-schema", String.join(",", schemas));
    }

    @Option(
            names = "--allow-table",
            scope = INHERIT,
            paramLabel = "S.T",
            description =
                    "A table outside the tenant's schema (schema.table or schema.*) that a migration may write to, e.g."
                            + " the log of an audit trigger. Repeatable.")
    void setAllowedTables(List<String> tables) {
        given.put("allow-table", String.join(",", tables));
    }

    @Option(
            names = "--reads-outside",
            scope = INHERIT,
            paramLabel = "HOW",
            description =
                    "Treatment of migrations that read tables outside of their tenant's schema: forbid (roll back), warn"
                            + " (log once per version) or allow. Default: warn")
    void setReadsOutside(String treatment) {
        given.put("reads-outside", treatment);
    }

    @Option(
            names = "--extension",
            scope = INHERIT,
            paramLabel = "E",
            description = "An extension that migrations need. Repeatable. Default: uuid-ossp")
    void setExtensions(List<String> extensions) {
        given.put("extension", String.join(",", extensions));
    }

    @Option(
            names = "--parallelism",
            scope = INHERIT,
            paramLabel = "N",
            description = "Number of tenants at a time. Default: 1")
    void setParallelism(String tenants) {
        given.put("parallelism", tenants);
    }

    @Option(
            names = "--tracking",
            scope = INHERIT,
            paramLabel = "WHERE",
            description =
                    "Store of the applied versions: schema (a table in each tenant's schema) or fleet (one table for"
                            + " all tenants). Default: schema")
    void setTracking(String where) {
        given.put("tracking", where);
    }

    @Option(names = "--json", scope = INHERIT, description = "Print one JSON document.")
    void setJson(boolean json) {
        given.put("json", Boolean.toString(json));
    }

    @Option(
            names = "--error-details",
            scope = INHERIT,
            description = "Show PostgreSQL's full error messages. They can quote rows of tenants.")
    void setErrorDetails(boolean errorDetails) {
        given.put("error-details", Boolean.toString(errorDetails));
    }

    @Option(
            names = "--color",
            scope = INHERIT,
            paramLabel = "WHEN",
            description =
                    "Colour the text: auto (on a terminal, unless NO_COLOR is set), always or never. Default: auto")
    void setColor(String when) {
        given.put("color", when);
        spec.orElseThrow().commandLine().setColorScheme(Help.defaultColorScheme(ansi(when)));
    }

    @Option(
            names = {"-v", "--verbose"},
            scope = INHERIT,
            description = "Also show healthy tenants, each migration and the log.")
    void setVerbose(boolean verbose) {
        given.put("verbose", Boolean.toString(verbose));
    }

    @Override
    public void run() {
        throw refused("no command was given");
    }

    CliSettings settings() {
        return SettingsLoader.load(context, given);
    }

    /** Whether to colour, by the option or a setting of it. */
    Ansi ansi(String when) {
        boolean auto = context.colours()
                && context.environment().getOrDefault("NO_COLOR", "").isEmpty();
        return when.equals("always") || (auto && !when.equals("never")) ? Ansi.ON : Ansi.OFF;
    }

    /** The colours of a command that did not get as far as its settings. */
    Ansi ansi() {
        return ansi(given.getOrDefault("color", "auto"));
    }

    boolean jsonGiven() {
        return given.containsKey("json");
    }

    private ParameterException refused(String message) {
        return new ParameterException(
                spec.orElseThrow(() -> new IllegalStateException("not in a command line"))
                        .commandLine(),
                message);
    }

    /** The version of the jar. */
    static final class Version implements IVersionProvider {

        /** The placeholder that a build without a repository leaves. */
        private static final Pattern NO_COMMIT = Pattern.compile(" \\(\\$\\{.*");

        @Override
        public String[] getVersion() {
            String version = Optional.ofNullable(
                            GlobalOptions.class.getPackage().getImplementationVersion())
                    .orElse("(not from a jar)");
            return new String[] {"tenant-migrator " + NO_COMMIT.matcher(version).replaceAll("")};
        }
    }
}
