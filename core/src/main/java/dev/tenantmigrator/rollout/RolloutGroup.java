package dev.tenantmigrator.rollout;

import java.util.List;
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

    /** Takes tenants from those that are left, in order. */
    private interface Selection {
        List<String> of(List<String> left, int fleet);
    }

    private final String name;
    private final Selection selection;
    private final OptionalInt parallelism;
    private final Optional<FailurePolicy> onFailure;

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
        return new RolloutGroup(
                name, (left, fleet) -> left.stream().filter(condition).toList(), OptionalInt.empty(), Optional.empty());
    }

    /**
     * A number of tenants.
     *
     * @param tenants 1 or more
     * @return a group
     * @throws IllegalArgumentException when less than 1
     */
    public static RolloutGroup first(int tenants) {
        if (tenants < 1) {
            throw new IllegalArgumentException("a group has 1 tenant or more, not " + tenants);
        }
        return new RolloutGroup(
                String.valueOf(tenants),
                (left, fleet) -> left.subList(0, Math.min(tenants, left.size())),
                OptionalInt.empty(),
                Optional.empty());
    }

    /**
     * A share of all tenants of the rollout, rounded up.
     *
     * @param percent above 0, at most 100
     * @return a group
     * @throws IllegalArgumentException when it is not
     */
    public static RolloutGroup percent(double percent) {
        if (!(percent > 0 && percent <= 100)) {
            throw new IllegalArgumentException("a group is a share above 0 and at most 100 %, not " + percent);
        }
        return new RolloutGroup(
                (percent == Math.rint(percent) ? String.valueOf((long) percent) : String.valueOf(percent)) + " %",
                (left, fleet) -> left.subList(0, (int) Math.min(Math.ceil(fleet * percent / 100), left.size())),
                OptionalInt.empty(),
                Optional.empty());
    }

    /**
     * All tenants that earlier groups left. A rollout that does not end with this group has it as its implicit last one.
     *
     * @return a group
     */
    public static RolloutGroup rest() {
        return new RolloutGroup("rest", (left, fleet) -> left, OptionalInt.empty(), Optional.empty());
    }

    /**
     * This group with a parallelism of its own.
     *
     * @param tenants 1 or more
     * @return a copy
     * @throws IllegalArgumentException when less than 1
     */
    public RolloutGroup withParallelism(int tenants) {
        return new RolloutGroup(name, selection, OptionalInt.of(Rollout.checkedParallelism(tenants)), onFailure);
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
     * Selects the group's tenants.
     *
     * @param left the tenants that no earlier group took, in the rollout's order
     * @param fleet the number of all tenants of the rollout
     * @return the selected ones, in that order
     */
    public List<String> select(List<String> left, int fleet) {
        return List.copyOf(selection.of(left, fleet));
    }

    @Override
    public String toString() {
        return name;
    }
}
