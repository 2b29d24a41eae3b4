package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.SparesNotDroppedException;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.SpareResults;
import dev.tenantmigrator.cli.setup.CliSession;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "spares",
        synopsisSubcommandLabel = "ACTION",
        description = "Keep spare tenants: complete tenants without a name, which an application's sign-ups take.")
final class SparesCommand {

    private final CommandRunner runner;

    SparesCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Command(name = "fill", description = "Make the spares that are missing. A spare older than 7 days is replaced.")
    int fill(
            @Option(
                            names = "--keep",
                            paramLabel = "N",
                            defaultValue = "10",
                            converter = NumberValue.class,
                            description = "Number of spares that the database is to have ready. Default: 10")
                    int keep) {
        return runner.withDatabase("spares fill", session -> fill(session, keep));
    }

    private static CommandResult fill(CliSession session, int keep) {
        try (TenantMigrator keeper = session.keeping(keep)) {
            return SpareResults.filled(session.showingProgress(keeper::maintainSpares), keep);
        } catch (SparesNotDroppedException e) {
            return SpareResults.notDropped("spares fill", e);
        } catch (TenantMigratorException e) {
            if (e.failure().tenant().isEmpty()) {
                throw e;
            }
            return SpareResults.notMade(e.failure());
        }
    }

    @Command(
            name = "list",
            description = "List the spares: ready; behind, when a deploy is due or another release made it; or unfit.")
    int list() {
        return runner.withDatabase(
                "spares list", session -> SpareResults.listed(session.migrator().spares()));
    }

    @Command(name = "drop", description = "Drop all spares, also those of other releases. No tenant is changed.")
    int drop() {
        return runner.withoutMigrations("spares drop", SparesCommand::drop);
    }

    private static CommandResult drop(CliSession session) {
        try {
            return SpareResults.dropped(session.migrator().dropSpares());
        } catch (SparesNotDroppedException e) {
            return SpareResults.notDropped("spares drop", e);
        }
    }

    /** A number of spares. */
    static final class NumberValue implements ITypeConverter<Integer> {

        private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,4}");

        @Override
        public Integer convert(String value) {
            if (!NUMBER.matcher(value).matches()) {
                throw new TypeConversionException(
                        "the number of spares must be from 1 to 99999, not \"" + value + "\"");
            }
            return Integer.valueOf(value);
        }
    }
}
