package dev.tenantmigrator.internal.script;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.containment.ForeignObjectsException;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.sql.ReservedSchemas;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

/**
 * A schema in which migrations run to show the objects that they create. Its transaction is always rolled back, because the
 * migrations' effects on shared tables must not happen twice.
 */
public final class ScratchSchema {

    private final Connection connection;
    private final Config config;
    private final Containment containment;
    private final PreparedScripts scripts;
    private final String schema;
    private final Containment.Checked checked;

    private ScratchSchema(
            Connection connection,
            Config config,
            Containment containment,
            PreparedScripts scripts,
            String schema,
            Containment.Checked checked) {
        this.connection = connection;
        this.config = config;
        this.containment = containment;
        this.scripts = scripts;
        this.schema = schema;
        this.checked = checked;
    }

    /** A migration failed, maybe due to a reserved enum label: the work begins again with fewer of them. */
    private static final class OtherScriptsException extends SQLException {

        private static final long serialVersionUID = 1L;

        private final transient PreparedScripts scripts;

        OtherScriptsException(PreparedScripts scripts, SQLException cause) {
            super(SqlErrors.withoutDetail(cause));
            this.scripts = scripts;
        }
    }

    /** Work in the scratch schema. */
    @FunctionalInterface
    public interface Work<T> {
        /** Runs in the transaction that is rolled back. */
        T run(ScratchSchema scratch) throws SQLException;
    }

    /**
     * Creates the schema, runs work in it, and rolls everything back. A migration that touches foreign objects is refused here, too,
     * because its locks would make other sessions wait.
     */
    public static <T> T use(
            Session session, Config config, Containment containment, PreparedScripts scripts, Work<T> work)
            throws SQLException {
        PreparedScripts current = scripts;
        while (true) {
            try {
                return useOnce(session, config, containment, current, work);
            } catch (OtherScriptsException e) {
                current = e.scripts;
            }
        }
    }

    private static <T> T useOnce(
            Session session, Config config, Containment containment, PreparedScripts scripts, Work<T> work)
            throws SQLException {
        String random = UUID.randomUUID().toString().replace("-", "");
        String schema = ReservedSchemas.OWN_PREFIX + "scratch_" + random;
        return session.inRolledBackTransaction(connection -> {
            Containment.Checked checked = containment.start(connection, schema);
            new Pipeline()
                    .add("SET LOCAL lock_timeout TO " + config.lockTimeout().toMillis())
                    .addAll(scripts.cluster().beginCreation())
                    .add("CREATE SCHEMA " + Sql.identifier(schema))
                    .add(scripts.path().sql(schema))
                    .send(connection);
            return work.run(new ScratchSchema(connection, config, containment, scripts, schema, checked));
        });
    }

    /** The schema's name, which is random and occurs nowhere else. */
    public String schema() {
        return schema;
    }

    /** The connection, in the transaction. */
    public Connection connection() {
        return connection;
    }

    /**
     * Runs a migration.
     *
     * @throws MigrationFailedException when it fails; names file and line
     */
    public void apply(Migration migration) throws SQLException {
        Pipeline pipeline = new Pipeline()
                .add(scripts.path().sql(schema))
                .addScript(
                        migration.version(),
                        migration.up(),
                        scripts.get(migration.up()).statementsInCreation(schema));
        scripts.labelCheckSql(migration.up(), schema)
                .ifPresent(sql -> pipeline.addCheck(migration.version(), migration.up(), sql));
        pipeline.addCheck(migration.version(), migration.up(), PendingConstraints.checkSql(schema));
        try {
            pipeline.sendOneByOne(connection);
            checked.check(connection);
            checked.reads().warn(connection, migration.up().location());
        } catch (ScriptFailure e) {
            Optional<PreparedScripts> other = scripts.forCreationAfter(e);
            if (other.isPresent()) {
                throw new OtherScriptsException(other.get(), e);
            }
            throw failed(scripts.explainLabel(e.failure(), e), e);
        } catch (SQLException e) {
            Optional<ForeignObjectsException> foreign = ForeignObjectsException.find(e);
            if (foreign.isEmpty()) {
                throw e;
            }
            new Pipeline().add("ROLLBACK").send(connection);
            throw failed(
                    Failure.of(containment.describe(foreign.get(), connection))
                            .ofVersion(migration.version())
                            .inFile(migration.up().location()),
                    e);
        }
    }

    private MigrationFailedException failed(Failure failure, SQLException e) {
        return new MigrationFailedException(
                config.detailed(
                        failure.withMessage(
                                "the migration cannot be run in an empty scratch schema, which shows what it creates: "
                                        + failure.message() + "; nothing was changed"),
                        e),
                SqlErrors.withoutDetail(e));
    }
}
