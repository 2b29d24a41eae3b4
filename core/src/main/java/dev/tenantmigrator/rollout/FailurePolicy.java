package dev.tenantmigrator.rollout;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How many failed tenants end a rollout: those in work are finished, the others are skipped.
 *
 * @param failures as soon as this many tenants of the group failed; empty for no such limit
 * @param percent as soon as this share of the group's tenants failed, in percent; empty for no such limit
 */
public record FailurePolicy(OptionalInt failures, OptionalDouble percent) {

    /**
     * Checks its arguments.
     *
     * @throws IllegalArgumentException when a number of failures is less than 1, or a share not above 0 and at most 100
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
     * Goes on with the other tenants, however many failed.
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
     * @param failed how many tenants of the group failed
     * @param tenants how many the group has
     * @return true when a limit is reached
     */
    public boolean stopsAt(int failed, int tenants) {
        boolean tooMany = failures.isPresent() && failed >= failures.getAsInt();
        boolean tooLargeAShare = percent.isPresent() && failed > 0 && failed * 100.0 >= percent.getAsDouble() * tenants;
        return tooMany || tooLargeAShare;
    }
}
