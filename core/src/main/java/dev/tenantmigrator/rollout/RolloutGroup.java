package dev.tenantmigrator.rollout;

import dev.tenantmigrator.internal.config.Checks;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Tenants that a rollout works on before the next group, e.g. a canary. A group takes from the tenants that earlier groups left, in
 * the rollout's order. It also counts tenants without work, so that a repeated run forms equal groups. Immutable.
 */
public final class RolloutGroup {

    /** Which tenants a group takes from those that no earlier group took. */
    public sealed interface Selection {

        /**
         * Tenants that a condition holds for.
         *
         * @param condition asked with each schema's name
         */
        record Matching(Predicate<String> condition) implements Selection {}

        /**
         * A number of tenants, the first ones in the rollout's order.
         *
         * @param tenants 1 or more
         */
        record First(int tenants) implements Selection {}

        /**
         * A share of all tenants of the rollout, rounded up.
         *
         * @param percent above 0, at most 100
         */
        record Percent(double percent) implements Selection {}

        /** All tenants that are left. */
        record Rest() implements Selection {}
    }

    private final String name;
    private final Selection selection;
    private final OptionalInt parallelism;
    private final Optional<FailurePolicy> onFailure;

    private RolloutGroup(String name, Selection selection) {
        this(name, selection, OptionalInt.empty(), Optional.empty());
    }

    private RolloutGroup(String name, Selection selection, OptionalInt parallelism, Optional<FailurePolicy> onFailure) {
        this.name = Objects.requireNonNull(name, "name");
        this.selection = selection;
        this.parallelism = parallelism;
        this.onFailure = onFailure;
    }

    /**
     * Tenants by name.
     *
     * @param schemas the tenants; those that do not exist are left out
     * @return a group
     */
    public static RolloutGroup of(String... schemas) {
        Set<String> names = Set.of(schemas);
        return matching(String.join(",", schemas), names::contains);
    }

    /**
     * Tenants that fulfil a condition.
     *
     * @param name the name of the group in reports
     * @param condition receives each schema's name
     * @return a group
     */
    public static RolloutGroup matching(String name, Predicate<String> condition) {
        Objects.requireNonNull(condition, "condition");
        return new RolloutGroup(name, new Selection.Matching(condition));
    }

    /**
     * A number of tenants.
     *
     * @param tenants 1 or more
     * @return a group
     * @throws IllegalArgumentException when less than 1
     */
    public static RolloutGroup first(int tenants) {
        Checks.atLeastOne(tenants, "a group has 1 tenant or more");
        return new RolloutGroup(String.valueOf(tenants), new Selection.First(tenants));
    }

    /**
     * A share of all tenants of the rollout, rounded up.
     *
     * @param percent above 0, at most 100
     * @return a group
     * @throws IllegalArgumentException when it is not
     */
    public static RolloutGroup percent(double percent) {
        Checks.percent(percent, "a group is");
        return new RolloutGroup(
                (percent == Math.rint(percent) ? String.valueOf((long) percent) : String.valueOf(percent)) + " %",
                new Selection.Percent(percent));
    }

    /**
     * All tenants that earlier groups left. A rollout that does not end with this group has it as its implicit last one.
     *
     * @return a group
     */
    public static RolloutGroup rest() {
        return new RolloutGroup("rest", new Selection.Rest());
    }

    /**
     * This group with a parallelism of its own.
     *
     * @param tenants 1 or more
     * @return a copy
     * @throws IllegalArgumentException when less than 1
     */
    public RolloutGroup withParallelism(int tenants) {
        return new RolloutGroup(name, selection, OptionalInt.of(Checks.parallelism(tenants)), onFailure);
    }

    /**
     * This group with a failure policy of its own.
     *
     * @param policy the policy
     * @return a copy
     */
    public RolloutGroup withOnFailure(FailurePolicy policy) {
        return new RolloutGroup(name, selection, parallelism, Optional.of(policy));
    }

    /**
     * The name of the group in reports.
     *
     * @return e.g. {@code 5 %}
     */
    public String name() {
        return name;
    }

    /**
     * The number of its tenants to work on at a time.
     *
     * @return empty for the rollout's setting
     */
    public OptionalInt parallelism() {
        return parallelism;
    }

    /**
     * The failure policy of the group.
     *
     * @return empty for the default: stop at the first failure
     */
    public Optional<FailurePolicy> onFailure() {
        return onFailure;
    }

    /**
     * The way in which the group takes its tenants, in the rollout's order, from those that no earlier group took.
     *
     * @return the selection
     */
    public Selection selection() {
        return selection;
    }

    @Override
    public String toString() {
        return name;
    }
}
