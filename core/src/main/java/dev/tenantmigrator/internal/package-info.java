/**
 * The implementation. Nothing here is exported.
 *
 * <table>
 * <caption>Packages, from the features down to what they share</caption>
 * <tr><td>{@code migrate}</td><td>one tenant's migrations: state, attempts, transactional and non-transactional runs</td></tr>
 * <tr><td>{@code backfill}</td><td>missing required tables, and the structure that a tenant is compared with</td></tr>
 * <tr><td>{@code drift}</td><td>structures of tenants compared with their definitions, and repaired</td></tr>
 * <tr><td>{@code run}</td><td>a script or the host's own work in every tenant, not recorded</td></tr>
 * <tr><td>{@code maintain}</td><td>repair of the record, and its move to another store</td></tr>
 * <tr><td>{@code tenant}</td><td>creation, adoption, renaming and dropping of tenants, throwaway tenants</td></tr>
 * <tr><td>{@code residue}</td><td>places that hold a schema's old name after a rename</td></tr>
 * <tr><td>{@code verify}</td><td>status and health of tenants</td></tr>
 * <tr><td>{@code fleet}</td><td>a run over many tenants: plan, rollout, worker pool, queue, stop signal, back-off</td></tr>
 * <tr><td>{@code script}</td><td>scripts read and adapted once for a run, with the settings and extensions they need</td></tr>
 * <tr><td>{@code containment}</td><td>the check before commit that a script stayed inside its tenant</td></tr>
 * <tr><td>{@code tracking}</td><td>reading the fleet; {@code tracking.store} records versions</td></tr>
 * <tr><td>{@code source}</td><td>migrations from directories and the class path, sorted by their source's order</td></tr>
 * <tr><td>{@code jfr}</td><td>JDK Flight Recorder events</td></tr>
 * <tr><td>{@code config}</td><td>the values that a migrator was built with; its listener and threads</td></tr>
 * <tr><td>{@code jdbc}</td><td>sessions, pipelines of statements, settings, errors</td></tr>
 * <tr><td>{@code sql}</td><td>reading and rewriting SQL text, without a database</td></tr>
 * </table>
 *
 * <p>A migration that runs in a transaction and needs the quick check only passes these methods, from the interface to the
 * driver. {@code CallDepthTest} compares them with a call. With several workers the path goes on in a thread of each at
 * {@code WorkerPool.work}.
 *
 * <pre>
 * TenantMigrator.deployAll
 * DefaultTenantMigrator.deploy      reads the migrations; turns an SQLException into the library's own
 * FleetMigration.run                decides for each tenant, before any is changed
 * FleetRuns.run                     reads the fleet, then lets the above decide
 * RolloutRunner.run                 one group of tenants after the other
 * WorkerPool.run                    several tenants at a time
 * WorkerPool.work                   one worker with its connection
 * WorkerPool.run                    one tenant; its failure is its own
 * TenantMigration.tryOn             the tenant's migrations, one after the other
 * MigrationAttempt.run              one attempt; says whether the queue retries it after a pause
 * TransactionalRun.send             lock, script, tracking row and check, with the quick or the full check
 * Session.sendInTransaction         begins and commits
 * Pipeline.send                     one round trip
 * PipelineSender.send               adds to the driver's batch
 * </pre>
 */
package dev.tenantmigrator.internal;
