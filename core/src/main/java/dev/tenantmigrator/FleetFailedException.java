package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import java.util.List;
import java.util.stream.Collectors;

/** At least one tenant failed, is unhealthy or pending, or was skipped. Thrown by {@link FleetReport#throwIfFailed()} only. */
public class FleetFailedException extends TenantMigratorException {

    private static final long serialVersionUID = 1L;
    /** Tenants in the message: enough to recognize a pattern, few enough for a log line. */
    private static final int SHOWN = 10;

    private final transient FleetReport report;

    /**
     * An exception whose message names the first tenants that need attention.
     *
     * @param report the report of the run
     */
    public FleetFailedException(FleetReport report) {
        super(Failure.of(summary(report)));
        this.report = report;
    }

    /**
     * The report of the run.
     *
     * @return one outcome per tenant
     */
    public FleetReport report() {
        return report;
    }

    private static String summary(FleetReport report) {
        long bad = report.outcomes().stream().filter(FleetFailedException::bad).count();
        return bad + " of " + report.outcomes().size() + " tenants need attention: "
                + report.outcomes().stream()
                        .filter(FleetFailedException::bad)
                        .limit(SHOWN)
                        .map(FleetFailedException::line)
                        .collect(Collectors.joining("; "))
                + (bad > SHOWN ? "; and " + (bad - SHOWN) + " more, see the report" : "");
    }

    private static boolean bad(TenantOutcome outcome) {
        return !line(outcome).isEmpty();
    }

    private static String line(TenantOutcome outcome) {
        if (outcome instanceof TenantOutcome.Failed failed) {
            return failed.failure().toString();
        }
        if (outcome instanceof TenantOutcome.Unhealthy unhealthy) {
            return line(unhealthy.schema(), unhealthy.findings());
        }
        if (outcome instanceof TenantOutcome.Drifted drifted) {
            return line(drifted.schema(), drifted.findings());
        }
        if (outcome instanceof TenantOutcome.Pending pending) {
            return line(pending.schema(), pending.findings());
        }
        if (outcome instanceof TenantOutcome.Skipped skipped) {
            return skipped.schema() + ": " + skipped.reason();
        }
        return "";
    }

    private static String line(String schema, List<Finding> findings) {
        return schema + ": " + findings.stream().map(Finding::message).collect(Collectors.joining(", "));
    }
}
