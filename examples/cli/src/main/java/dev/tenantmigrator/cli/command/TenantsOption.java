package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.cli.setup.CommandException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The option that limits a command to some tenants of the fleet. */
final class TenantsOption {

    @Option(
            names = "--tenants",
            paramLabel = "PATTERN",
            split = ",",
            converter = RolloutConverters.GlobValue.class,
            description = "Only tenants with a matching name; * stands for any characters. Repeatable, or a,b.")
    private List<RolloutConverters.Glob> patterns = List.of();

    /** The given patterns. */
    List<String> patterns() {
        return patterns.stream().map(RolloutConverters.Glob::pattern).toList();
    }

    /** One tenant, or all if none was given. */
    static Tenants oneOrAll(Optional<String> schema) {
        return schema.map(name -> Tenants.named(name)).orElseGet(Tenants::all);
    }

    /** One tenant, or those that match a pattern; all if neither was given. */
    Tenants selected(Optional<String> schema) {
        return patterns.isEmpty()
                ? oneOrAll(schema)
                : Tenants.all().where(name -> patterns.stream().anyMatch(pattern -> pattern.test(name)));
    }

    /**
     * Checks the options before the run.
     *
     * @throws CommandException if both SCHEMA and --tenants are given, or a name without * in --tenants is not a tenant
     * @throws TenantNotFoundException if SCHEMA is not a tenant
     */
    void check(CliSession session, Optional<String> schema) {
        if (schema.isPresent() && !patterns.isEmpty()) {
            throw new CommandException("give either SCHEMA or --tenants");
        }
        schema.ifPresent(name -> requireTenant(session, name));
        requireTenants(session, patterns.stream().map(RolloutConverters.Glob::pattern));
    }

    /**
     * Rejects a name that is not a tenant.
     *
     * @throws TenantNotFoundException if there is neither such a tenant nor an unfinished drop of it
     */
    static void requireTenant(CliSession session, String name) {
        if (!session.migrator().exists(name)) {
            session.migrator().status(Tenants.named(name));
        }
    }

    /**
     * Rejects unknown names. Otherwise a misspelled name would look like a success, or like a good canary.
     *
     * @throws CommandException if a name without * is not a tenant
     */
    static void requireTenants(CliSession session, Stream<String> patterns) {
        patterns.filter(name -> !name.contains("*") && !session.migrator().exists(name))
                .findFirst()
                .ifPresent(name -> {
                    boolean spare = session.migrator().spares().stream()
                            .anyMatch(known -> known.schema().equals(name));
                    throw new CommandException(
                            spare
                                    ? name + " is a spare, and no tenant; nothing was changed. The command spares list"
                                            + " shows all spares"
                                    : "there is no tenant " + name + "; nothing was changed. The command list shows all"
                                            + " names");
                });
    }

    /**
     * Rejects patterns without a match. An empty fleet is no error.
     *
     * @param session the session with the fleet
     * @param found number of matching tenants
     * @throws CommandException if the fleet has tenants and none matches
     */
    void checkFound(CliSession session, int found) {
        if (!patterns.isEmpty() && found == 0 && !session.migrator().tenants().isEmpty()) {
            throw new CommandException("no tenant matches --tenants "
                    + patterns.stream().map(RolloutConverters.Glob::pattern).collect(Collectors.joining(","))
                    + ". The command list shows all names");
        }
    }
}
