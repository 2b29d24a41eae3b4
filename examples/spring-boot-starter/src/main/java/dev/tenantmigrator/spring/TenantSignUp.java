package dev.tenantmigrator.spring;

import dev.tenantmigrator.CreationStep;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.report.CreatedTenant;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.sql.Connection;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Creates tenants inside of the application's transactions: call it in a {@code @Transactional} method, with JDBC or JPA. The tenant and
 * the rows that the method writes are committed or rolled back together. Each call is the observation {@code tenants.create}.
 *
 * <p>Create the tenant first and insert the user second: a migration with a foreign key to {@code users} locks that table, and two
 * transactions that have already inserted into it would deadlock.
 *
 * <p>Thread-safe.
 */
public final class TenantSignUp {

    private final TenantMigrator migrator;
    private final DataSource dataSource;
    private final ObservationRegistry observations;

    /**
     * A sign-up on the application's {@code DataSource}.
     *
     * @param migrator creates the tenants
     * @param dataSource the one whose transactions {@code @Transactional} begins
     * @param observations receives the observations
     */
    public TenantSignUp(TenantMigrator migrator, DataSource dataSource, ObservationRegistry observations) {
        this.migrator = migrator;
        this.dataSource = dataSource;
        this.observations = observations;
    }

    /**
     * Creates a tenant in the current transaction; see {@link TenantMigrator#createTenant(Connection, TenantName, CreationStep)}.
     *
     * @param name the name of the schema
     * @param step the application's own step, with the search path of the new tenant
     * @return the tenant, visible to others once the transaction commits
     * @throws IllegalStateException when there is no transaction on the {@code DataSource}
     * @throws dev.tenantmigrator.TenantMigratorException when the tenant cannot be created
     */
    public CreatedTenant createTenant(TenantName name, CreationStep step) {
        if (!TransactionSynchronizationManager.hasResource(dataSource)
                || !TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException(
                    "There is no transaction on the application's DataSource, so a tenant and its user"
                            + " would not be created together: call createTenant in a @Transactional method. With a transaction manager"
                            + " of your own, e.g. a JpaTransactionManager, set its dataSource");
        }
        return Observation.createNotStarted("tenants.create", observations).observe(() -> {
            // The connection of the transaction. The migrator neither commits it nor rolls it back.
            Connection connection = DataSourceUtils.getConnection(dataSource);
            try {
                return migrator.createTenant(connection, name, step);
            } finally {
                DataSourceUtils.releaseConnection(connection, dataSource);
            }
        });
    }

    /**
     * {@link #createTenant(TenantName, CreationStep)} without a step.
     *
     * @param name the name of the schema
     * @return the tenant, visible to others once the transaction commits
     */
    public CreatedTenant createTenant(TenantName name) {
        return createTenant(name, CreationStep.NONE);
    }
}
