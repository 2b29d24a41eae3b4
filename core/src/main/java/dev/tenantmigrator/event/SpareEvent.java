package dev.tenantmigrator.event;

import dev.tenantmigrator.report.Failure;
import java.time.Duration;
import java.util.List;

/** An event of the stock of spare tenants. */
public sealed interface SpareEvent {

    /**
     * A sign-up found no spare that fits, so its tenant is created by running all migrations.
     *
     * @param reason e.g. {@code the stock has no spare with these migrations}
     */
    record NoSpare(String reason) implements SpareEvent {}

    /**
     * The background thread could not refill the stock. Sign-ups go on, with the spares that are left or without.
     *
     * @param failure the reason
     * @param pause the time until the next attempt
     */
    record RefillFailed(Failure failure, Duration pause) implements SpareEvent {}

    /**
     * A spare was made.
     *
     * @param ready the number of spares that can be taken now
     * @param number the number to keep
     */
    record SpareMade(int ready, int number) implements SpareEvent {}

    /**
     * A deploy has worked on the spares, before the first tenant. {@link SpareUnfit} came before it for each spare that is not fit any
     * more.
     *
     * @param migrated the number of spares in which migrations ran
     * @param left the number in which they did not: one failed, a sign-up held or had taken the spare, or the deploy stopped
     */
    record SparesMigrated(int migrated, int left) implements SpareEvent {}

    /**
     * A migration failed in a spare, before the deploy changed any tenant. Unless {@link dev.tenantmigrator.Spares#onFailure} says
     * otherwise, the deploy stops.
     *
     * @param failure the reason, with the spare's schema as tenant
     */
    record MigrationFailed(Failure failure) implements SpareEvent {}

    /**
     * The migrations put the schema's name where renaming cannot reach it, so no tenant is made from a spare.
     *
     * @param objects the places, e.g. {@code view vendor_view}
     */
    record SpareUnfit(List<String> objects) implements SpareEvent {

        /** Takes a copy of the list. */
        public SpareUnfit {
            objects = List.copyOf(objects);
        }
    }
}
