package dev.tenantmigrator.report;

import java.time.Instant;
import java.util.List;

/**
 * A spare tenant, which a sign-up may take.
 *
 * @param schema its schema, until it is taken
 * @param state whether it can be taken
 * @param since the time at which it was made
 * @param objects for {@link State#UNFIT}, the places that would keep the spare's name, e.g. {@code view vendor_view}; none when another
 *     role owns it
 */
public record SpareTenant(String schema, State state, Instant since, List<String> objects) {

    /** Whether a spare can be taken. */
    public enum State {
        /** It has exactly the migrations of this source. */
        READY,
        /** It has other versions or checksums: a deploy is due, or another release of the application made it. */
        BEHIND,
        /** Its migrations put the schema's name where renaming cannot reach it, or another role owns it. No tenant is made from it. */
        UNFIT
    }

    /** Takes a copy of the list. */
    public SpareTenant {
        objects = List.copyOf(objects);
    }
}
