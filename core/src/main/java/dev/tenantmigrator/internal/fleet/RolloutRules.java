package dev.tenantmigrator.internal.fleet;

import dev.tenantmigrator.rollout.FailurePolicy;
import dev.tenantmigrator.rollout.RolloutGroup.Selection;
import java.util.List;

/** Applies the selection of a group, and a failure policy, to a fleet. */
final class RolloutRules {

    private RolloutRules() {}

    /**
     * The tenants of a group, in the rollout's order.
     *
     * @param left the tenants that no earlier group took, in the rollout's order
     * @param fleet the number of tenants in the whole rollout
     */
    static List<String> select(Selection selection, List<String> left, int fleet) {
        if (selection instanceof Selection.Matching matching) {
            return left.stream().filter(matching.condition()).toList();
        }
        if (selection instanceof Selection.First first) {
            return List.copyOf(left.subList(0, Math.min(first.tenants(), left.size())));
        }
        if (selection instanceof Selection.Percent share) {
            double tenants = Math.ceil(fleet * share.percent() / 100);
            return List.copyOf(left.subList(0, (int) Math.min(tenants, left.size())));
        }
        return List.copyOf(left);
    }

    /**
     * Whether a rollout stops.
     *
     * @param failed the number of failed tenants of the group
     * @param tenants the number of tenants of the group
     */
    static boolean stops(FailurePolicy policy, int failed, int tenants) {
        boolean tooMany =
                policy.failures().isPresent() && failed >= policy.failures().getAsInt();
        boolean tooLargeAShare = policy.percent().isPresent()
                && failed > 0
                && failed * 100.0 >= policy.percent().getAsDouble() * tenants;
        return tooMany || tooLargeAShare;
    }
}
