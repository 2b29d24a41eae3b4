package dev.tenantmigrator.report;

import java.time.Duration;
import java.util.List;

/** What a run did for one tenant. */
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
        /** The checks found no error. */
        HEALTHY,
        /** The checks found an error. */
        UNHEALTHY,
        /** The run ended before the tenant had its turn. */
        SKIPPED,
        /** Something went wrong; the failure says what. */
        FAILED
    }

    /**
     * A version that was applied or rolled back.
     *
     * @param version the migration's version
     * @param duration from sending the script to PostgreSQL's answer to the commit
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

        /** Copies its arguments. */
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
     * The tenant has versions newer than the newest file; nothing was done and nothing is wrong (an old instance sees
     * this during a rolling deploy).
     *
     * @param schema the tenant
     * @param versions the versions without a file
     */
    record Ahead(String schema, List<String> versions) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.AHEAD;
        }

        /** Copies its arguments. */
        public Ahead {
            versions = List.copyOf(versions);
        }
    }

    /**
     * Versions were rolled back.
     *
     * @param schema the tenant
     * @param rolledBack the versions, newest first
     */
    record RolledBack(String schema, List<Step> rolledBack) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.ROLLED_BACK;
        }

        /** Copies its arguments. */
        public RolledBack {
            rolledBack = List.copyOf(rolledBack);
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
     * Missing required tables were made.
     *
     * @param schema the tenant
     * @param tables the tables that were made
     * @param findings what went with the dropped tables and was not made: foreign keys of other tables
     */
    record Backfilled(String schema, List<String> tables, List<Finding> findings) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.BACKFILLED;
        }

        /** Copies its arguments. */
        public Backfilled {
            tables = List.copyOf(tables);
            findings = List.copyOf(findings);
        }
    }

    /**
     * The tracking table was changed by a repair.
     *
     * @param schema the tenant
     * @param versions the versions whose rows changed
     */
    record Repaired(String schema, List<String> versions) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.REPAIRED;
        }

        /** Copies its arguments. */
        public Repaired {
            versions = List.copyOf(versions);
        }
    }

    /**
     * What is recorded was moved to another store.
     *
     * @param schema the tenant
     * @param versions the versions whose rows were moved, in the order of recording
     */
    record Moved(String schema, List<String> versions) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.MOVED;
        }

        /** Copies its arguments. */
        public Moved {
            versions = List.copyOf(versions);
        }
    }

    /**
     * Nothing needs attention.
     *
     * @param schema the tenant
     * @param findings remarks and warnings, possibly none
     */
    record Healthy(String schema, List<Finding> findings) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.HEALTHY;
        }

        /** Copies its arguments. */
        public Healthy {
            findings = List.copyOf(findings);
        }
    }

    /**
     * Something needs attention.
     *
     * @param schema the tenant
     * @param findings at least one of severity {@link Finding.Severity#ERROR}
     */
    record Unhealthy(String schema, List<Finding> findings) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.UNHEALTHY;
        }

        /** Copies its arguments. */
        public Unhealthy {
            findings = List.copyOf(findings);
        }
    }

    /**
     * The run ended before this tenant's turn.
     *
     * @param schema the tenant
     * @param reason why
     */
    record Skipped(String schema, String reason) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.SKIPPED;
        }
    }

    /**
     * Something went wrong in this tenant. The steps before it are kept, what failed was rolled back.
     *
     * @param schema the tenant
     * @param done the versions that were applied or rolled back before
     * @param failure what and where
     */
    record Failed(String schema, List<Step> done, Failure failure) implements TenantOutcome {
        @Override
        public Kind kind() {
            return Kind.FAILED;
        }

        /** Copies its arguments. */
        public Failed {
            done = List.copyOf(done);
        }
    }
}
