package dev.tenantmigrator.spring;

import dev.tenantmigrator.FleetFailedException;
import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Explains a start that ended because of the tenants, without a stack trace. */
final class StartFailureAnalyzer extends AbstractFailureAnalyzer<TenantMigratorException> {

    private final Environment environment;

    StartFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, TenantMigratorException cause) {
        if (cause instanceof FleetFailedException failed) {
            return tenants(failed);
        }
        String action = cause instanceof InvalidMigrationException
                ? "Correct the migration, or set tenant-migrator.migrations to the directory that holds one directory for each"
                        + " migration. It is "
                        + environment.getProperty("tenant-migrator.migrations", "classpath:tenant-migrations") + " now."
                : "See the message above. No tenant was changed.";
        return new FailureAnalysis("The tenants cannot be migrated: " + cause.getMessage(), action, cause);
    }

    private static FailureAnalysis tenants(FleetFailedException failed) {
        FleetReport report = failed.report();
        List<TenantOutcome.Skipped> skipped = report.of(TenantOutcome.Skipped.class);
        Optional<String> first = report.failed().stream()
                .map(outcome -> outcome.failure().toString())
                .findFirst()
                .or(() -> skipped.stream().map(TenantOutcome.Skipped::reason).findFirst());
        return new FailureAnalysis(
                (report.failed().size() + skipped.size()) + " of "
                        + report.outcomes().size() + " tenants were not migrated. The first reason: "
                        + first.orElse(failed.getMessage()),
                "Correct the migration or the tenant, and start again: tenants that were migrated stay migrated. To serve the"
                        + " other tenants meanwhile, set tenant-migrator.on-failed-tenant=continue.",
                failed);
    }
}
