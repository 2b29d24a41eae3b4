package dev.tenantmigrator.report;

import java.util.List;

/**
 * The result of maintaining the stock of spare tenants.
 *
 * @param created the number of spares that this call made
 * @param dropped the number that it dropped, because they were too old
 * @param spares the stock afterwards, in the order of their names
 */
public record SpareReport(int created, int dropped, List<SpareTenant> spares) {

    /** Takes a copy of the list. */
    public SpareReport {
        spares = List.copyOf(spares);
    }

    /**
     * The stock in numbers.
     *
     * @return the numbers
     */
    public SpareCounts counts() {
        return SpareCounts.of(spares);
    }
}
