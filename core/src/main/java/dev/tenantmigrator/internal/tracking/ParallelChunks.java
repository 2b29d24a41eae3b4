package dev.tenantmigrator.internal.tracking;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.config.Threads;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Asks much at the same time, such as about many tenants a chunk at a time, on as many connections as the migrator may use. The
 * caller holds no connection meanwhile: with a pool of one, this needs it.
 */
public final class ParallelChunks {

    private final Config config;
    private final Queue<Question> left;
    private volatile Optional<SQLException> refused = Optional.empty();
    private volatile Optional<RuntimeException> failed = Optional.empty();
    private volatile Optional<Error> error = Optional.empty();

    private ParallelChunks(Config config, List<Question> questions) {
        this.config = config;
        this.left = new ConcurrentLinkedQueue<>(questions);
    }

    /** Asks something. */
    @FunctionalInterface
    public interface Question {
        /** Asks, at the same time as others. */
        void ask(Connection connection) throws SQLException;
    }

    /** Reads about some tenants. */
    @FunctionalInterface
    public interface Work {
        /** Reads, at the same time as others. */
        void read(Connection connection, List<String> schemas) throws SQLException;
    }

    /**
     * Reads about all.
     *
     * @throws SQLException what kept a chunk from being read
     */
    public static void read(Config config, List<String> schemas, int size, Work work) throws SQLException {
        List<Question> questions = new ArrayList<>();
        for (int start = 0; start < schemas.size(); start += size) {
            List<String> chunk = schemas.subList(start, Math.min(start + size, schemas.size()));
            questions.add(connection -> work.read(connection, chunk));
        }
        ask(config, questions);
    }

    /**
     * Asks all.
     *
     * @throws SQLException what kept one from being answered
     */
    public static void ask(Config config, List<Question> questions) throws SQLException {
        new ParallelChunks(config, questions).read(Math.min(config.parallelism(), questions.size()));
    }

    private void read(int readers) throws SQLException {
        Threads others = Threads.start(readers - 1, "tenant-migrator-reader-", this::readWhatIsLeft);
        readWhatIsLeft();
        others.join(() -> {});
        if (refused.isPresent()) {
            throw refused.get();
        }
        if (error.isPresent()) {
            throw error.get();
        }
        // A reader without a connection matters only where no other one did its work.
        if (failed.isPresent() && (!left.isEmpty() || !(failed.get() instanceof TenantMigratorException))) {
            throw failed.get();
        }
    }

    private void readWhatIsLeft() {
        if (left.isEmpty()) {
            return;
        }
        try (Session session = Session.openToRead(config.dataSource())) {
            for (Question next = left.poll(); next != null; next = left.poll()) {
                ask(session, next);
            }
        } catch (SQLException e) {
            left.clear();
            refused = Optional.of(e);
        } catch (RuntimeException e) {
            failed = Optional.of(e);
        } catch (Error e) {
            // What it had taken must not be missing in silence.
            error = Optional.of(e);
        }
    }

    private static void ask(Session session, Question question) throws SQLException {
        try {
            question.ask(session.connection());
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                session.markLost();
            }
            throw e;
        }
    }
}
