package dev.tenantmigrator.report;

import java.util.List;

/**
 * The stock of spare tenants in numbers.
 *
 * @param ready spares that can be taken
 * @param behind all others
 */
public record SpareCounts(int ready, int behind) {

    /**
     * Counts spares.
     *
     * @param spares the spares
     * @return their numbers
     */
    public static SpareCounts of(List<SpareTenant> spares) {
        int ready = (int) spares.stream()
                .filter(spare -> spare.state() == SpareTenant.State.READY)
                .count();
        return new SpareCounts(ready, spares.size() - ready);
    }
}
