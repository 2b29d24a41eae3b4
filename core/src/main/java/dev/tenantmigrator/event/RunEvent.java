package dev.tenantmigrator.event;

import dev.tenantmigrator.report.FleetReport;

/** An event of a run as a whole: a deploy, rollback, backfill, repair, move of the tracking, verification, or comparison of structures. */
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
     * A comparison of structures has come further. It is published between {@link RunStarted} and {@link RunFinished}, on any thread, one
     * event at a time. First all tenants are read; then they are compared, those that differ alike together.
     *
     * @param run the name of the run: {@code drift}
     * @param step the step
     * @param done the number of tenants that the step is done with
     * @param toDo the number of tenants of the step
     */
    record RunProgressed(String run, Step step, int done, int toDo) implements RunEvent {

        /** A step of a comparison. */
        public enum Step {
            /** The structures of tenants have been read. */
            READ,
            /** Tenants have been compared with their definition. */
            COMPARED
        }
    }

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
     * @param report one outcome per tenant; of a comparison of structures healthy, drifted, or unhealthy if it could not be compared
     */
    record RunFinished(String run, FleetReport report) implements RunEvent {}
}
