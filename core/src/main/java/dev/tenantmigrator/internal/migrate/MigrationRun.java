package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.internal.script.PreparedScripts;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.internal.tracking.TenantStates;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import java.util.List;

/**
 * The values that all tenants of one deploy or rollback share. Thread-safe.
 *
 * @param config the migrator's configuration
 * @param direction up or down
 * @param states compares recorded versions with the migrations
 * @param scripts the scripts of this direction
 * @param containment the check that a script stays inside its tenant
 */
record MigrationRun(
        Config config, Direction direction, TenantStates states, PreparedScripts scripts, Containment containment) {

    /** The script that runs for a migration in this direction. */
    PreparedScript script(Migration migration) {
        return scripts.get(direction.script(migration));
    }

    /** The state of a tenant with these recorded versions. */
    TenantState state(String schema, List<RecordedVersion> rows) {
        return states.of(schema, rows);
    }

    /** The recorder of applied versions. */
    Recorder recorder() {
        return config.recorder();
    }
}
