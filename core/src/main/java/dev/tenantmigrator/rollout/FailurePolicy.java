package dev.tenantmigrator.rollout;

import dev.tenantmigrator.internal.config.Checks;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** The limit on failed tenants. When it is reached, tenants in work are finished and the others are skipped. Immutable. */
public final class FailurePolicy {

    private final OptionalInt failures;
    private final OptionalDouble percent;

    private FailurePolicy(OptionalInt failures, OptionalDouble percent) {
        this.failures = failures;
        this.percent = percent;
    }

    /**
     * Continues with the other tenants, however many failed.
     *
     * @return the policy
     */
    public static FailurePolicy goOn() {
        return new FailurePolicy(OptionalInt.empty(), OptionalDouble.empty());
    }

    /**
     * Stops at the first failure.
     *
     * @return the policy
     */
    public static FailurePolicy stop() {
        return stopAfter(1);
    }

    /**
     * Stops as soon as a number of tenants failed.
     *
     * @param failures 1 or more
     * @return the policy
     * @throws IllegalArgumentException when less than 1
     */
    public static FailurePolicy stopAfter(int failures) {
        int checked = Checks.atLeastOne(failures, "a rollout stops after 1 failure or more");
        return new FailurePolicy(OptionalInt.of(checked), OptionalDouble.empty());
    }

    /**
     * Stops as soon as a share of the group's tenants failed.
     *
     * @param percent above 0, at most 100
     * @return the policy
     * @throws IllegalArgumentException when the share is not in that range
     */
    public static FailurePolicy stopAfterPercent(double percent) {
        double checked = Checks.percent(percent, "a rollout stops after");
        return new FailurePolicy(OptionalInt.empty(), OptionalDouble.of(checked));
    }

    /**
     * The number of failed tenants of a group that ends the rollout.
     *
     * @return empty when there is no such limit
     */
    public OptionalInt failures() {
        return failures;
    }

    /**
     * The share of a group's tenants, in percent, whose failure ends the rollout.
     *
     * @return empty when there is no such limit
     */
    public OptionalDouble percent() {
        return percent;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FailurePolicy policy
                && failures.equals(policy.failures)
                && percent.equals(policy.percent);
    }

    @Override
    public int hashCode() {
        return Objects.hash(failures, percent);
    }

    @Override
    public String toString() {
        if (failures.isPresent()) {
            return "stop after " + failures.getAsInt();
        }
        return percent.isPresent() ? "stop after " + percent.getAsDouble() + " %" : "go on";
    }
}
