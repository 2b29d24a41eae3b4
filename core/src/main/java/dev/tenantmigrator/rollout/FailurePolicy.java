package dev.tenantmigrator.rollout;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The limit of failed tenants that stops a rollout. Tenants in progress are then finished, and the others are skipped.
 *
 * @param failures the number of failed tenants of a group that stops the rollout; empty for no such limit
 * @param percent the share of failed tenants of a group, in percent, that stops the rollout; empty for no such limit
 */
public record FailurePolicy(OptionalInt failures, OptionalDouble percent) {

    /**
     * A policy with limits; the rollout stops when one of them is reached.
     *
     * @throws IllegalArgumentException when the number is less than 1, or the share is not above 0 and at most 100
     */
    public FailurePolicy {
        if (failures.isPresent() && failures.getAsInt() < 1) {
            throw new IllegalArgumentException("a rollout stops after 1 failure or more, not " + failures.getAsInt());
        }
        if (percent.isPresent() && !(percent.getAsDouble() > 0 && percent.getAsDouble() <= 100)) {
            throw new IllegalArgumentException(
                    "a rollout stops after a share above 0 and at most 100 %, not " + percent.getAsDouble());
        }
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
     */
    public static FailurePolicy stopAfter(int failures) {
        return new FailurePolicy(OptionalInt.of(failures), OptionalDouble.empty());
    }

    /**
     * Stops as soon as a share of the group's tenants failed.
     *
     * @param percent above 0, at most 100
     * @return the policy
     */
    public static FailurePolicy stopAfterPercent(double percent) {
        return new FailurePolicy(OptionalInt.empty(), OptionalDouble.of(percent));
    }

    /**
     * Whether a rollout stops.
     *
     * @param failed the number of failed tenants of the group
     * @param tenants the number of all tenants of the group
     * @return true when a limit is reached
     */
    public boolean stopsAt(int failed, int tenants) {
        boolean tooMany = failures.isPresent() && failed >= failures.getAsInt();
        boolean tooLargeAShare = percent.isPresent() && failed > 0 && failed * 100.0 >= percent.getAsDouble() * tenants;
        return tooMany || tooLargeAShare;
    }
}
