package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;
import java.util.List;
import java.util.stream.Collectors;

/** At least one spare tenant could not be dropped; the others were. Each failure is a suppressed exception, too. */
public final class SparesNotDroppedException extends TenantMigratorException {

    private static final long serialVersionUID = 1L;

    /** The number of spares that were dropped. */
    private final int dropped;

    private final transient List<Failure> failures;

    /**
     * An exception whose message has the number of dropped spares, and each failure.
     *
     * @param dropped the number of spares that were dropped
     * @param failures the reason for each of the others
     */
    public SparesNotDroppedException(int dropped, List<? extends TenantMigratorException> failures) {
        super(Failure.of(summary(dropped, failures)));
        this.dropped = dropped;
        this.failures = failures.stream().map(TenantMigratorException::failure).toList();
        failures.forEach(this::addSuppressed);
    }

    /**
     * The number of spares that were dropped.
     *
     * @return 0 or more
     */
    public int dropped() {
        return dropped;
    }

    /**
     * The reasons, each with the spare's schema as tenant.
     *
     * @return one per spare that was not dropped; none after deserialization
     */
    public List<Failure> failures() {
        return failures == null ? List.of() : failures;
    }

    private static String summary(int dropped, List<? extends TenantMigratorException> failures) {
        return dropped + (dropped == 1 ? " spare was" : " spares were") + " dropped, " + failures.size()
                + " could not be dropped: "
                + failures.stream().map(e -> e.failure().toString()).collect(Collectors.joining("; "));
    }
}
