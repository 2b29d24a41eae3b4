package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.containment.OutsideReads;
import dev.tenantmigrator.internal.jdbc.CustomSettings;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.script.PendingConstraints;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.internal.script.PreparedScripts;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The statements that fill a new tenant's schema: all migrations, their record, and the checks behind them.
 *
 * @param restore puts back what a script has set
 * @param ownSettings what {@code restore} knows nothing of
 */
record CreationPipeline(
        Config config, MigrationCatalog catalog, PreparedScripts scripts, String restore, CustomSettings ownSettings) {

    /** Set behind the migrations and the checks that may still write. */
    static final String CHECK_SAVEPOINT = "tenant_migrator_check";

    /** The error of the check for temporary tables. */
    static final String DEFERRED =
            "the migrations leave a temporary table with deferrable constraints or triggers, which could run at the commit";

    /** The error of the check of the record. */
    static final String RECORD_TAMPERED =
            "a migration changes the tracking table, or keeps the library from changing it";

    /** A pipeline of the same migrations, prepared in another way. */
    CreationPipeline with(PreparedScripts other) {
        return new CreationPipeline(config, catalog, other, restore, ownSettings);
    }

    private Recorder recorder() {
        return config.recorder();
    }

    /**
     * The migrations, and their record where it is in the tenant's schema.
     *
     * @param reads asked after each script that may read, because the question at the end does not tell the script. Only at the first
     *     creation: each question takes longer than a small migration when there are many locks
     */
    Pipeline statements(String schema, OutsideReads reads) {
        boolean recordsInside = recorder().recordsInside();
        Optional<Pattern> table = recorder().tableInSchema().map(CreationPipeline::mentioned);
        Pipeline pipeline = new Pipeline().add(scripts.path().sql(schema));
        if (recordsInside) {
            pipeline.addAll(recorder().create(schema));
        }
        boolean deferred = false;
        List<Migration> unrecorded = new ArrayList<>();
        int number = 0;
        for (Migration migration : catalog.migrations()) {
            MigrationScript script = migration.up();
            PreparedScript prepared = scripts.get(script);
            if (table.isPresent() && table.get().matcher(script.text()).find()) {
                // The script reads the tracking table, and must see the rows that an existing tenant would have.
                record(schema, unrecorded, pipeline);
            }
            pipeline.addScript(migration.version(), script, prepared.statementsInCreation(schema));
            scripts.labelCheckSql(script, schema).ifPresent(sql -> pipeline.addCheck(migration.version(), script, sql));
            deferred = deferred || PendingConstraints.mayBeLeftBy(script);
            if (deferred) {
                pipeline.addCheck(migration.version(), script, PendingConstraints.checkSql(schema));
            }
            if (prepared.mayRead() && !scripts.haveCreated()) {
                reads.sqlAfter(number)
                        .ifPresent(question -> pipeline.add(Containment.LIBRARY_SETTINGS)
                                .add(question)
                                .add(scripts.path().sql(schema)));
            }
            number++;
            if (prepared.changesSettings()) {
                // Each migration begins with the original settings, as in a transaction of its own.
                pipeline.add(restore)
                        .add(CreationLocks.settingsSql(config, scripts.cluster()))
                        .add(scripts.path().sql(schema));
                ownSettings.restoreSql(prepared.customSettings()).ifPresent(pipeline::add);
            }
            if (recordsInside) {
                unrecorded.add(migration);
            }
        }
        record(schema, unrecorded, pipeline);
        // Deferred triggers, also those that no text shows, would run at the commit.
        pipeline.add(scripts.path().sql(schema))
                .add(PendingConstraints.checkSql(schema))
                .add(Containment.LIBRARY_SETTINGS);
        scripts.labelLeftOverSql(schema).ifPresent(pipeline::add);
        if (recordsInside) {
            pipeline.addAll(assertRecorded(schema));
        }
        return pipeline
                // A trigger may queue further deferred work; read-only mode keeps it from writing at the commit.
                .add("SAVEPOINT " + CHECK_SAVEPOINT)
                .add("SET TRANSACTION READ ONLY")
                .add(PendingConstraints.checkSql(schema))
                .add(PendingConstraints.assertNoneOfTemporaryTablesSql(DEFERRED))
                .add(Containment.LIBRARY_SETTINGS);
    }

    /** Logs the reads outside of the tenant, after a creation. The next one need not tell the scripts again. */
    void warn(OutsideReads reads, Connection connection) {
        reads.warn(
                connection,
                catalog.migrations().stream()
                        .map(migration -> migration.up().location())
                        .toList());
        scripts.recordCreation();
    }

    private static Pattern mentioned(String table) {
        return Pattern.compile(table, Pattern.CASE_INSENSITIVE | Pattern.LITERAL);
    }

    /** Many at once, because a statement for each takes as long as a small migration. */
    private void record(String schema, List<Migration> unrecorded, Pipeline pipeline) {
        pipeline.addAll(recorder().insertAll(schema, unrecorded));
        unrecorded.clear();
    }

    /** The record of a tenant that is complete. */
    Pipeline trackingRows(String schema) {
        return recorder()
                .create(schema)
                .addAll(recorder().insertAll(schema, catalog.migrations()))
                .addAll(assertRecorded(schema));
    }

    /** At the end only: the text grows with the number of migrations. */
    private Pipeline assertRecorded(String schema) {
        List<RecordedVersion> rows =
                catalog.migrations().stream().map(TenantState::rowOf).toList();
        return recorder().assertRecorded(schema, rows, RECORD_TAMPERED);
    }
}
