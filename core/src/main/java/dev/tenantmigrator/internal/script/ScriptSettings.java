package dev.tenantmigrator.internal.script;

import dev.tenantmigrator.internal.cluster.Cluster;
import dev.tenantmigrator.internal.jdbc.TenantLock;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.rules.ScriptDirective;
import dev.tenantmigrator.rollout.Rollout;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The settings of the transactions and sessions in which one script runs, for any tenant. Thread-safe. */
public final class ScriptSettings {

    private final ScriptDirective directive;
    private final Rollout rollout;
    private final TenantPath path;
    private final String lockTimeout;
    /** Built once, because every tenant's transaction begins with it. */
    private final String begin;

    ScriptSettings(ScriptDirective directive, Rollout rollout, Duration ofMigrator, TenantPath path, Cluster cluster) {
        this.directive = directive;
        this.rollout = rollout;
        this.path = path;
        this.lockTimeout = askedLockTimeout()
                .orElse(rollout.lockTimeout().orElse(ofMigrator).toMillis() + "ms");
        Map<String, String> settings = ofTransaction();
        settings.put("search_path", "pg_catalog, pg_temp");
        settings.put("standard_conforming_strings", "on");
        settings.put("quote_all_identifiers", "off");
        this.begin = Stream.concat(Stream.of(calls(settings, true)), cluster.columns().stream())
                .collect(Collectors.joining(", "));
    }

    /** The lock timeout: the script's own, else the rollout's, else the migrator's. */
    public String lockTimeout() {
        return lockTimeout;
    }

    /** The script's own lock timeout. */
    public Optional<String> askedLockTimeout() {
        return Optional.ofNullable(directive.timeouts().get("lock_timeout"));
    }

    /**
     * The first statement of a transaction, which returns one row. It takes the tenant's lock and sets, until the transaction ends,
     * timeouts, string syntax and a search path without anybody's functions. It is independent of settings that another script may
     * have left. It is one statement, because a statement costs more than its work.
     */
    public String beginSql(String schema) {
        return TenantLock.trySql(schema) + ", " + begin;
    }

    /** Like {@link #beginSql}, but returns in the first column whether the lock was taken, and further columns after it. */
    public String beginQuery(String schema, String columns) {
        return "SELECT " + TenantLock.tryCall(schema) + ", " + columns + ", " + begin;
    }

    /** A statement that sets the timeouts until the transaction ends; returns one row. */
    public String timeoutsSql() {
        return "SELECT " + calls(ofTransaction(), true);
    }

    /**
     * A statement that prepares the session of a script outside of a transaction: it sets the search path and the settings that a
     * migration's transaction has.
     *
     * @param lockTimeout the lock timeout of the next statement
     */
    public String sessionSql(String schema, String lockTimeout) {
        Map<String, String> settings = timeouts();
        settings.put("search_path", path.value(schema));
        settings.put("standard_conforming_strings", "on");
        settings.put("default_transaction_isolation", "read committed");
        settings.put("lock_timeout", lockTimeout);
        return "SELECT " + calls(settings, false);
    }

    private Map<String, String> ofTransaction() {
        Map<String, String> settings = timeouts();
        settings.put("lock_timeout", lockTimeout);
        return settings;
    }

    private Map<String, String> timeouts() {
        Map<String, String> timeouts = new TreeMap<>();
        rollout.statementTimeout().ifPresent(timeout -> timeouts.put("statement_timeout", timeout.toMillis() + "ms"));
        timeouts.putAll(directive.timeouts());
        return timeouts;
    }

    private static String calls(Map<String, String> settings, boolean local) {
        return settings.entrySet().stream()
                .map(setting -> "pg_catalog.set_config(" + Sql.literal(setting.getKey()) + ", "
                        + Sql.literal(setting.getValue()) + ", " + local + ")")
                .collect(Collectors.joining(", "));
    }
}
