package dev.tenantmigrator.event;

import dev.tenantmigrator.report.FleetReport;

/** Something that happened to a run as a whole: a deploy, rollback, backfill, repair or verification. */
public sealed interface RunEvent {

    /**
     * What runs.
     *
     * @return e.g. {@code deploy}
     */
    String run();

    /**
     * The tenants are read, and what is to be done is known.
     *
     * @param run what runs
     * @param tenants how many it is about
     * @param toDo how many of them have something to do
     */
    record RunStarted(String run, int tenants, int toDo) implements RunEvent {}

    /**
     * A group of a rollout begins.
     *
     * @param run what runs
     * @param group the group's name
     * @param tenants how many it has
     */
    record GroupStarted(String run, String group, int tenants) implements RunEvent {}

    /**
     * The rollout ended before its end: too many failures, a check that did not hold, or a cancellation.
     *
     * @param run what runs
     * @param reason why and where
     */
    record RunStopped(String run, String reason) implements RunEvent {}

    /**
     * The run is over.
     *
     * @param run what ran
     * @param report one outcome per tenant
     */
    record RunFinished(String run, FleetReport report) implements RunEvent {}
}
