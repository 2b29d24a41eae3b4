package dev.tenantmigrator.report;

import java.time.Duration;
import java.util.List;

/** The outcome of a run for one tenant. */
public sealed interface TenantOutcome {

    /**
     * The tenant.
     *
     * @return its schema
     */
    String schema();

    /**
     * The kind of outcome, for counting and for logs.
     *
     * @return the kind
     */
    Kind kind();

    /** The kinds of outcome, one for each record. */
    enum Kind {
        /** Pending migrations were applied. */
        MIGRATED,
        /** There was nothing to do. */
        UP_TO_DATE,
        /** The tenant has versions newer than the newest file. */
        AHEAD,
        /** Versions were rolled back. */
        ROLLED_BACK,
        /** The version was not applied. */
        NOT_APPLIED,
        /** Missing required tables were created. */
        BACKFILLED,
        /** Tracking rows were corrected. */
        REPAIRED,
        /** The record was moved to another store. */
        MOVED,
        /** A script or the host's own work ran. */
        RAN,
        /** The checks found no error. */
        HEALTHY,
        /** The checks found pending migrations and no other error. */
        PENDING,
        /** The checks found an error. */
        UNHEALTHY,
        /** The structure differs from its definition, and the checks found no error. */
        DRIFTED,
        /** The run ended before the tenant had its turn. */
        SKIPPED,
        /** The run failed in the tenant; the failure gives the reason. */
        FAILED
    }

    /**
     * A version that was applied or rolled back.
     *
     * @param version the migration's version
     * @param duration the time from sending the script to PostgreSQL's answer to the commit
     */
    record Step(String version, Duration duration) {}

    /**
     * Pending migrations were applied.
     *
     * @param schema the tenant
     * @param applied the versions, in order
     */
    record Migrated(String schema, List<Step> applied) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.MIGRATED;
        }

        /** Takes copies of the lists. */
        public Migrated {
            applied = List.copyOf(applied);
        }
    }

    /**
     * There was nothing to do.
     *
     * @param schema the tenant
     */
    record UpToDate(String schema) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.UP_TO_DATE;
        }
    }

    /**
     * The tenant has versions newer than the newest file. Nothing was done and nothing is wrong: an old instance sees this during a
     * rolling deploy.
     *
     * @param schema the tenant
     * @param versions the versions without a file
     */
    record Ahead(String schema, List<String> versions) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.AHEAD;
        }

        /** Takes copies of the lists. */
        public Ahead {
            versions = List.copyOf(versions);
        }
    }

    /**
     * Versions were rolled back.
     *
     * @param schema the tenant
     * @param rolledBack the versions, newest first
     * @param findings versions whose {@code rollback.sql} has no statement, so that nothing was undone
     */
    record RolledBack(String schema, List<Step> rolledBack, List<Finding> findings) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.ROLLED_BACK;
        }

        /** Takes copies of the lists. */
        public RolledBack {
            rolledBack = List.copyOf(rolledBack);
            findings = List.copyOf(findings);
        }
    }

    /**
     * The version to roll back, or to mark as not applied, was not applied in this tenant.
     *
     * @param schema the tenant
     */
    record NotApplied(String schema) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.NOT_APPLIED;
        }
    }

    /**
     * Missing required tables were created.
     *
     * @param schema the tenant
     * @param tables the tables that were created
     * @param findings objects that were dropped with the tables and not created again: foreign keys of other tables
     */
    record Backfilled(String schema, List<String> tables, List<Finding> findings) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.BACKFILLED;
        }

        /** Takes copies of the lists. */
        public Backfilled {
            tables = List.copyOf(tables);
            findings = List.copyOf(findings);
        }
    }

    /**
     * A repair changed the tenant's record.
     *
     * @param schema the tenant
     * @param versions the versions whose rows changed
     */
    record Repaired(String schema, List<String> versions) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.REPAIRED;
        }

        /** Takes copies of the lists. */
        public Repaired {
            versions = List.copyOf(versions);
        }
    }

    /**
     * The tenant's record was moved to another store.
     *
     * @param schema the tenant
     * @param versions the versions whose rows were moved, in the order of recording
     */
    record Moved(String schema, List<String> versions) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.MOVED;
        }

        /** Takes copies of the lists. */
        public Moved {
            versions = List.copyOf(versions);
        }
    }

    /**
     * A script, or the host's own work, ran to its end.
     *
     * @param schema the tenant
     */
    record Ran(String schema) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.RAN;
        }
    }

    /**
     * The checks found no error.
     *
     * @param schema the tenant
     * @param findings findings of lower severity, possibly none
     */
    record Healthy(String schema, List<Finding> findings) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.HEALTHY;
        }

        /** Takes copies of the lists. */
        public Healthy {
            findings = List.copyOf(findings);
        }
    }

    /**
     * The checks found pending migrations and no other error: the tenant waits for a deploy.
     *
     * @param schema the tenant
     * @param findings a finding {@link Finding.Kind#PENDING} for each pending migration, possibly others of lower severity
     */
    record Pending(String schema, List<Finding> findings) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.PENDING;
        }

        /** Takes copies of the lists. */
        public Pending {
            findings = List.copyOf(findings);
        }
    }

    /**
     * The checks found an error.
     *
     * @param schema the tenant
     * @param findings at least one of severity {@link Finding.Severity#ERROR} that is not {@link Finding.Kind#PENDING}
     */
    record Unhealthy(String schema, List<Finding> findings) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.UNHEALTHY;
        }

        /** Takes copies of the lists. */
        public Unhealthy {
            findings = List.copyOf(findings);
        }
    }

    /**
     * The tenant's structure differs from the one that its recorded versions give. The checks found no error.
     *
     * @param schema the tenant
     * @param findings at least one {@link Finding.Kind#DRIFT}
     */
    record Drifted(String schema, List<Finding> findings) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.DRIFTED;
        }

        /** Takes copies of the lists. */
        public Drifted {
            findings = List.copyOf(findings);
        }
    }

    /**
     * The run ended before this tenant's turn; nothing was done in it.
     *
     * @param schema the tenant
     * @param reason the reason why the run ended
     */
    record Skipped(String schema, String reason) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.SKIPPED;
        }
    }

    /**
     * The run failed in this tenant. Earlier steps are kept, and the failed one was rolled back unless its script runs outside of a
     * transaction.
     *
     * @param schema the tenant
     * @param done the versions that were applied or rolled back before
     * @param failure the problem with its coordinates
     */
    record Failed(String schema, List<Step> done, Failure failure) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.FAILED;
        }

        /** Takes copies of the lists. */
        public Failed {
            done = List.copyOf(done);
        }
    }
}
