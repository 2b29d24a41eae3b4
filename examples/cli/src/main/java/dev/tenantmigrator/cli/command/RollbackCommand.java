package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.RollbackOptions;
import dev.tenantmigrator.Rollout;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.Outcomes;
import dev.tenantmigrator.cli.setup.Session;
import dev.tenantmigrator.report.FleetReport;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "rollback", description = "Take a version back by its rollback.sql, in all tenants or one.")
final class RollbackCommand implements Callable<Integer> {

    private final Runner runner;

    @Parameters(index = "0", paramLabel = "VERSION", description = "The whole name of the migration's directory.")
    private String version = "";

    @Parameters(index = "1", paramLabel = "SCHEMA", arity = "0..1", description = "One tenant.")
    private Optional<String> schema = Optional.empty();

    @Option(names = "--with-later", description = "Take versions applied after it back too, newest first.")
    private boolean withLater;

    @Option(names = "--allow-shared-schema", description = "Let this run change the shared schema.")
    private boolean allowSharedSchema;

    RollbackCommand(Runner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("rollback", session -> CommandResult.of("rollback", Outcomes.of(run(session))));
    }

    private FleetReport run(Session session) {
        RollbackOptions options = new RollbackOptions(withLater, allowSharedSchema, Rollout.defaults());
        return schema.map(tenant -> session.migrator().rollback(tenant, version, options))
                .orElseGet(() -> session.onFleet("rollback", migrator -> migrator.rollbackAll(version, options)));
    }
}
