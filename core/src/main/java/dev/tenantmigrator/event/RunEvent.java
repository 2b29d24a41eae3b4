package dev.tenantmigrator.event;

import dev.tenantmigrator.report.FleetReport;

/** An event of a run as a whole: a deploy, rollback, backfill, repair, move of the tracking, or verification. */
public sealed interface RunEvent {

    /**
     * The name of the run.
     *
     * @return e.g. {@code deploy}
     */
    String run();

    /**
     * The tenants have been read, and the work in each is known.
     *
     * @param run the name of the run
     * @param tenants the number of selected tenants
     * @param toDo the number of tenants with work to do
     */
    record RunStarted(String run, int tenants, int toDo) implements RunEvent {}

    /**
     * A group of a rollout begins.
     *
     * @param run the name of the run
     * @param group the group's name
     * @param tenants the number of its tenants
     */
    record GroupStarted(String run, String group, int tenants) implements RunEvent {}

    /**
     * The run stopped early: too many failures, a migration that failed in a spare, a check that returned false or failed, a cancellation, or an interrupt.
     *
     * @param run the name of the run
     * @param reason the reason and the place, as a sentence
     */
    record RunStopped(String run, String reason) implements RunEvent {}

    /**
     * The run has finished.
     *
     * @param run the name of the run
     * @param report one outcome per tenant
     */
    record RunFinished(String run, FleetReport report) implements RunEvent {}
}
