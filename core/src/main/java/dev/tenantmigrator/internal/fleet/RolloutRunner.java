package dev.tenantmigrator.internal.fleet;

import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.config.Events;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.rollout.FailurePolicy;
import dev.tenantmigrator.rollout.Rollout;
import dev.tenantmigrator.rollout.RolloutGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the groups of a rollout one after the other; stops on too many failures, a failed check, or a cancellation. */
final class RolloutRunner {

    private static final Logger LOG = LoggerFactory.getLogger(RolloutRunner.class);

    private final Config config;
    private final String run;
    private final Rollout rollout;
    private final boolean writes;
    private final StopSignal stopSignal;
    private final long start = System.nanoTime();
    private final Map<String, TenantOutcome> outcomes = new ConcurrentSkipListMap<>();
    private final Map<String, TenantJob> jobs = new TreeMap<>();

    /** @param writes whether the jobs may write */
    RolloutRunner(Config config, String run, Rollout rollout, boolean writes) {
        this.config = config;
        this.run = run;
        this.rollout = rollout;
        this.writes = writes;
        this.stopSignal = new StopSignal(rollout.cancellation());
    }

    private record Group(String name, List<String> tenants, int parallelism, FailurePolicy onFailure) {}

    /** Runs all jobs; returns when every tenant has an outcome. */
    FleetReport run(FleetPlan plan) {
        List<TenantOutcome> decided = plan.decided();
        plan.jobs().forEach(job -> jobs.put(job.schema(), job));
        Events.publish(config, new RunEvent.RunStarted(run, decided.size() + jobs.size(), jobs.size()));
        decided.forEach(this::note);
        SpareRollout spares = new SpareRollout(config, stopSignal);
        spares.run(plan.spares(), parallelism());
        boolean worked = false;
        for (Group group : groups()) {
            AtomicInteger failures = new AtomicInteger();
            group.tenants().stream()
                    .filter(schema -> outcomes.get(schema) instanceof TenantOutcome.Failed)
                    .forEach(schema -> failedIn(group, failures));
            boolean hasJobs = group.tenants().stream().anyMatch(jobs::containsKey);
            if (hasJobs && mayBegin(group, worked)) {
                List<TenantJob> groupJobs = begin(group);
                WorkerPool pool = new WorkerPool(config, stopSignal, groupJobs, writes, outcome -> {
                    note(outcome);
                    if (outcome instanceof TenantOutcome.Failed) {
                        failedIn(group, failures);
                    }
                });
                int workers = Math.min(group.parallelism(), groupJobs.size());
                // A job holds its tenant's history; the pool forgets each when it is done.
                groupJobs.clear();
                pool.run(workers);
                worked = true;
            }
        }
        stopSignal.reason().filter(reason -> wasLeft() || spares.stopped()).ifPresent(reason -> {
            jobs.values().forEach(left -> note(left.ended(reason)));
            LOG.warn("{}: {}", run, reason);
            Events.publish(config, new RunEvent.RunStopped(run, reason));
        });
        FleetReport report = report();
        Events.publish(config, new RunEvent.RunFinished(run, report));
        LOG.info(
                "{}: {} tenants in {} ms: {}",
                run,
                report.outcomes().size(),
                report.duration().toMillis(),
                report.counts());
        return report;
    }

    private boolean wasLeft() {
        return !jobs.isEmpty()
                || outcomes.values().stream().anyMatch(outcome -> outcome instanceof TenantOutcome.Skipped);
    }

    /** Puts every tenant into a group, even one without work, so that the next run forms equal groups. */
    private List<Group> groups() {
        List<String> left = new ArrayList<>(outcomes.keySet());
        left.addAll(jobs.keySet());
        left.sort(rollout.order().orElse(Comparator.naturalOrder()));
        int fleet = left.size();
        List<Group> groups = new ArrayList<>();
        for (RolloutGroup group : rollout.groups()) {
            List<String> tenants = RolloutRules.select(group.selection(), left, fleet);
            left.removeAll(new HashSet<>(tenants));
            groups.add(new Group(
                    group.name(),
                    tenants,
                    group.parallelism().orElse(parallelism()),
                    group.onFailure().orElse(FailurePolicy.stop())));
        }
        groups.add(new Group(RolloutGroup.rest().name(), left, parallelism(), rollout.onFailure()));
        return groups;
    }

    private int parallelism() {
        return rollout.parallelism().orElse(config.parallelism());
    }

    private boolean mayBegin(Group group, boolean workedBefore) {
        if (!workedBefore) {
            return !stopSignal.isDue();
        }
        String place = " before group " + group.name();
        stopSignal.at(place);
        if (!stopSignal.sleep(rollout.pause())) {
            return false;
        }
        try {
            if (!rollout.check().test(report())) {
                stopSignal.because("the rollout stopped" + place
                        + " because the check returned false; fix the cause and run it again to continue");
            }
        } catch (RuntimeException e) {
            LOG.warn("The check between two groups failed", e);
            stopSignal.because("the rollout stopped" + place + " because the check failed (" + reason(e)
                    + "); fix the cause and run it again to continue");
        }
        return !stopSignal.isDue();
    }

    private static String reason(RuntimeException e) {
        return Optional.ofNullable(e.getMessage()).orElse(e.toString());
    }

    /** Takes the jobs of a group. */
    private List<TenantJob> begin(Group group) {
        if (!rollout.groups().isEmpty()) {
            stopSignal.at(" in group " + group.name());
            Events.publish(
                    config,
                    new RunEvent.GroupStarted(run, group.name(), group.tenants().size()));
        }
        List<TenantJob> groupJobs = new ArrayList<>();
        group.tenants()
                .forEach(schema -> Optional.ofNullable(jobs.remove(schema)).ifPresent(groupJobs::add));
        if (rollout.order().isEmpty()) {
            // Several instances that run at once share the work.
            Collections.shuffle(groupJobs);
        }
        return groupJobs;
    }

    private void failedIn(Group group, AtomicInteger failures) {
        int tenants = group.tenants().size();
        int failed = failures.incrementAndGet();
        if (RolloutRules.stops(group.onFailure(), failed, tenants)) {
            String where = rollout.groups().isEmpty() ? "" : " in group " + group.name();
            stopSignal.because("the rollout stopped" + where + " after " + failed + " of " + tenants
                    + " tenants failed; fix the cause and run it again to continue");
        }
    }

    private void note(TenantOutcome outcome) {
        outcomes.put(outcome.schema(), outcome);
        if (outcome instanceof TenantOutcome.Failed failed) {
            Runnable restoreLog = Events.logTenant(failed.schema());
            LOG.warn("Failed: {}", failed.failure());
            restoreLog.run();
            Events.publish(config, new TenantEvent.TenantFailed(failed.schema(), failed.failure()));
        } else {
            LOG.debug("Finished: {}", outcome);
            Events.publish(config, new TenantEvent.TenantFinished(outcome.schema(), outcome));
        }
    }

    private FleetReport report() {
        return new FleetReport(List.copyOf(outcomes.values()), Duration.ofNanos(System.nanoTime() - start));
    }
}
