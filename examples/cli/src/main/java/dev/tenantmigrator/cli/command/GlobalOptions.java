package dev.tenantmigrator.cli.command;

import static picocli.CommandLine.ScopeType.INHERIT;

import dev.tenantmigrator.cli.setup.CliContext;
import dev.tenantmigrator.cli.setup.CliSettings;
import dev.tenantmigrator.cli.setup.SettingsLoader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that every command takes, before or after its name. */
@Command(
        name = "tenant-migrator",
        description =
                "Creates, migrates, rolls back, mends and checks the schemas of tenants in a PostgreSQL database.",
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false,
        usageHelpAutoWidth = true,
        versionProvider = GlobalOptions.Version.class,
        footer = {
            "",
            "Each option also comes from the environment, e.g. TENANT_MIGRATOR_REQUIRED_TABLE=a,b for --required-table,"
                    + " and from tenant-migrator.properties in the working directory, then in the migrations directory"
                    + " (required-table=a,b). Arguments win over the environment, that over the files.",
            "The password comes from TENANT_MIGRATOR_PASSWORD or is asked for on a terminal.",
            "",
            "Exit code 0: all well; 1: a tenant failed or is unhealthy; 2: wrong usage, unreadable migrations,"
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

    @Option(names = "--embedded", scope = INHERIT, description = "Use a server of its own in .tenant-migrator/.")
    void setEmbedded(boolean embedded) {
        given.put("embedded", Boolean.toString(embedded));
    }

    @Option(names = "--user", scope = INHERIT, paramLabel = "USER", description = "User of the database.")
    void setUser(String user) {
        given.put("user", user);
    }

    @Option(
            names = "--direct-url",
            scope = INHERIT,
            paramLabel = "URL",
            description =
                    "JDBC URL of the same database without a pooler such as PgBouncer between; used for statements"
                            + " that cannot run in a transaction.")
    void setDirectUrl(String url) {
        given.put("direct-url", url);
    }

    @Option(names = "--password", scope = INHERIT, hidden = true, arity = "0..1")
    @SuppressWarnings({"unused", "DoNotCallSuggester"})
    void setPassword(String password) {
        throw refused("a password is not taken as an argument, where others can see it:"
                + " put it into TENANT_MIGRATOR_PASSWORD, or let it be asked for");
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
            description = "An object of the shared schema that migrations may name. Repeatable.")
    void setSharedObjects(List<String> objects) {
        given.put("shared-object", String.join(",", objects));
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
                    "A table elsewhere (schema.table or schema.*) that a migration may write to, e.g. that of an audit"
                            + " trigger. Repeatable.")
    void setAllowedTables(List<String> tables) {
        given.put("allow-table", String.join(",", tables));
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
            description = "How many tenants are worked on at a time. Default: 1")
    void setParallelism(String tenants) {
        given.put("parallelism", tenants);
    }

    @Option(
            names = "--tracking",
            scope = INHERIT,
            paramLabel = "WHERE",
            description = "Where applied migrations are recorded: schema (a table in each tenant's schema) or fleet"
                    + " (one table for all tenants). Default: schema")
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
            description = "Show all that PostgreSQL says of an error; it can quote rows of tenants.")
    void setErrorDetails(boolean errorDetails) {
        given.put("error-details", Boolean.toString(errorDetails));
    }

    @Option(
            names = {"-v", "--verbose"},
            scope = INHERIT,
            description = "Show healthy tenants too, and the log.")
    void setVerbose(boolean verbose) {
        given.put("verbose", Boolean.toString(verbose));
    }

    /** Without a command there is nothing to do. */
    @Override
    public void run() {
        throw refused("which command?");
    }

    CliSettings settings() {
        return SettingsLoader.settings(context, given);
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
        @Override
        public String[] getVersion() {
            String version = Optional.ofNullable(
                            GlobalOptions.class.getPackage().getImplementationVersion())
                    .orElse("(not from a jar)");
            return new String[] {"tenant-migrator " + version};
        }
    }
}
