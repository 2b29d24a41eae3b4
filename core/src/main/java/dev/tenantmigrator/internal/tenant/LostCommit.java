package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.report.CreatedTenant;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells whether a tenant exists whose creation lost its connection at the commit. */
final class LostCommit {

    private static final Logger LOG = LoggerFactory.getLogger(LostCommit.class);

    /** Time that the server gets to finish a commit whose connection was lost. A commit usually takes milliseconds. */
    private static final Duration SETTLED = Duration.ofSeconds(2);

    private LostCommit() {}

    /**
     * Asks the database whether the tenant exists. It asks more than once, because the server may still be committing, and because
     * the connection that asks may be lost too.
     *
     * @return the tenant, which exists
     * @throws TenantMigratorException when it does not exist, or the database cannot be asked
     */
    static CreatedTenant ask(Config config, CreatedTenant created, SQLException lost) {
        return ask(config, created, lost, connection -> config.recorder().isTracked(connection, created.schema()));
    }

    /**
     * Like {@link #ask(Config, CreatedTenant, SQLException)}.
     *
     * @param question whether the tenant of this creation exists
     */
    static CreatedTenant ask(Config config, CreatedTenant created, SQLException lost, Session.Work<Boolean> question) {
        long end = System.nanoTime() + SETTLED.toNanos();
        Optional<Boolean> there;
        do {
            there = isThere(config, question);
            if (there.orElse(false)) {
                return created;
            }
        } while (System.nanoTime() < end && !WaitForTenant.interruptedWhilePausing());
        String known = there.isPresent()
                ? "the tenant does not exist; nothing of it was kept; create it again"
                : "the database could not be asked whether the tenant exists; look for it before you create it again";
        throw new TenantMigratorException(
                SqlErrors.failure(lost)
                        .withMessage(
                                "the connection was lost at the commit (" + SqlErrors.message(lost) + "), and " + known)
                        .inTenant(created.schema()),
                SqlErrors.withoutDetail(lost));
    }

    /** Whether the tenant exists; empty when the database could not be asked. */
    private static Optional<Boolean> isThere(Config config, Session.Work<Boolean> question) {
        try (Session session = Session.openToRead(config.dataSource())) {
            return Optional.of(question.run(session.connection()));
        } catch (SQLException e) {
            LOG.debug("A tenant cannot be looked for", SqlErrors.withoutDetail(e));
            return Optional.empty();
        } catch (TenantMigratorException e) {
            LOG.debug("A tenant cannot be looked for", e);
            return Optional.empty();
        }
    }
}
