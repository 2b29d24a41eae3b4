package dev.tenantmigrator.internal.script;

import dev.tenantmigrator.internal.jdbc.TenantLock;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.rules.ScriptDirective;
import dev.tenantmigrator.rollout.Rollout;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What the transactions and sessions are set to that one script runs in, whatever the tenant. Thread-safe. */
public final class ScriptSettings {

    private final ScriptDirective directive;
    private final Rollout rollout;
    private final TenantPath path;
    private final String lockTimeout;
    /** Made once, because every tenant's transaction begins with it. */
    private final String begin;

    ScriptSettings(ScriptDirective directive, Rollout rollout, Duration ofMigrator, TenantPath path) {
        this.directive = directive;
        this.rollout = rollout;
        this.path = path;
        this.lockTimeout = askedLockTimeout()
                .orElse(rollout.lockTimeout().orElse(ofMigrator).toMillis() + "ms");
        Map<String, String> settings = ofTransaction();
        settings.put("search_path", "pg_catalog, pg_temp");
        settings.put("standard_conforming_strings", "on");
        settings.put("quote_all_identifiers", "off");
        this.begin = calls(settings, true);
    }

    /** How long a statement waits for a lock: what the script says, else the run, else what the migrator was built with. */
    public String lockTimeout() {
        return lockTimeout;
    }

    /** How long the script says that its statements wait for a lock. */
    public Optional<String> askedLockTimeout() {
        return Optional.ofNullable(directive.timeouts().get("lock_timeout"));
    }

    /**
     * The first statement of a transaction, of one row: it takes the tenant's lock, and sets until the transaction ends how long
     * a script waits, and for what, where strings end, and for what follows a search path in which nobody's functions are. It
     * depends on none that another script may have left. One statement, because each costs more than what it does.
     */
    public String beginSql(String schema) {
        return TenantLock.trySql(schema) + ", " + begin;
    }

    /** The same, but says whether it could take the lock in the first column, and some more in the next. */
    public String beginQuery(String schema, String columns) {
        return "SELECT " + TenantLock.tryCall(schema) + ", " + columns + ", " + begin;
    }

    /** A statement, of one row, that sets until the transaction ends how long a script waits, and for what. */
    public String timeoutsSql() {
        return "SELECT " + calls(ofTransaction(), true);
    }

    /**
     * A statement that gives the session of a script that cannot run in a transaction the same search path, and what the
     * script's statements would have in one of ours.
     *
     * @param lockTimeout how long the next statement waits for a lock
     */
    public String sessionSql(String schema, String lockTimeout) {
        Map<String, String> settings = timeouts();
        settings.put("search_path", path.value(schema));
        settings.put("standard_conforming_strings", "on");
        settings.put("default_transaction_isolation", "read committed");
        settings.put("default_transaction_read_only", "off");
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
