package dev.tenantmigrator.report;

import java.util.List;
import java.util.Optional;

/**
 * The stock of spare tenants in numbers.
 *
 * @param ready spares that can be taken
 * @param behind spares that wait for a deploy, or that another release of the application made
 * @param unfit spares of which no tenant is made
 * @param refillFailure the reason why this migrator's thread could not refill the stock, since it last could
 */
public record SpareCounts(int ready, int behind, int unfit, Optional<Failure> refillFailure) {

    /**
     * Counts spares.
     *
     * @param spares the spares
     * @return their numbers
     */
    public static SpareCounts of(List<SpareTenant> spares) {
        return new SpareCounts(
                count(spares, SpareTenant.State.READY),
                count(spares, SpareTenant.State.BEHIND),
                count(spares, SpareTenant.State.UNFIT),
                Optional.empty());
    }

    private static int count(List<SpareTenant> spares, SpareTenant.State state) {
        return (int) spares.stream().filter(spare -> spare.state() == state).count();
    }

    /**
     * These numbers with the reason of a failed refill.
     *
     * @param failure empty when there is none
     * @return the numbers
     */
    public SpareCounts withRefillFailure(Optional<Failure> failure) {
        return new SpareCounts(ready, behind, unfit, failure);
    }
}
