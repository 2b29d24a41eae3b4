package dev.tenantmigrator.internal.tracking;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.config.Threads;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Asks questions in parallel, such as one for each chunk of tenants, on as many connections as the migrator may use. The caller
 * must hold no connection meanwhile, because a pool may have only one.
 */
public final class ParallelChunks {

    private final Config config;
    private final Queue<Question> left;
    private final int questionsPerConnection;
    private volatile Optional<SQLException> refused = Optional.empty();
    private volatile Optional<RuntimeException> failed = Optional.empty();
    private volatile Optional<Error> error = Optional.empty();

    private ParallelChunks(Config config, List<Question> questions, int questionsPerConnection) {
        this.config = config;
        this.left = new ConcurrentLinkedQueue<>(questions);
        this.questionsPerConnection = questionsPerConnection;
    }

    /** A question to the database. */
    @FunctionalInterface
    public interface Question {
        /** Asks it; other threads ask other questions at the same time. */
        void ask(Connection connection) throws SQLException;
    }

    /** A question about a chunk of tenants. */
    @FunctionalInterface
    public interface Work {
        /** Asks it; other threads ask about other chunks at the same time. */
        void read(Connection connection, List<String> schemas) throws SQLException;
    }

    /**
     * Asks about all schemas, in chunks of a size.
     *
     * @throws SQLException the first error; the remaining chunks are not read
     */
    public static void read(Config config, List<String> schemas, int size, Work work) throws SQLException {
        read(config, List.of(schemas), size, work);
    }

    /** Like {@link #read(Config, List, int, Work)}, with no two groups in one chunk. */
    static void read(Config config, Collection<List<String>> groups, int size, Work work) throws SQLException {
        List<Question> questions = new ArrayList<>();
        for (List<String> schemas : groups) {
            for (int start = 0; start < schemas.size(); start += size) {
                List<String> chunk = schemas.subList(start, Math.min(start + size, schemas.size()));
                questions.add(connection -> work.read(connection, chunk));
            }
        }
        ask(config, questions);
    }

    /**
     * Asks all questions.
     *
     * @throws SQLException the first error; the remaining questions are not asked
     */
    public static void ask(Config config, List<Question> questions) throws SQLException {
        ask(config, questions, Integer.MAX_VALUE);
    }

    /**
     * Like {@link #ask(Config, List)}, for questions after which the server keeps much in memory: a connection is closed for good after
     * some of them.
     */
    public static void ask(Config config, List<Question> questions, int questionsPerConnection) throws SQLException {
        new ParallelChunks(config, questions, questionsPerConnection)
                .read(Math.min(config.parallelism(), questions.size()));
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
        // A reader without a connection does no harm if the others answered everything.
        if (failed.isPresent() && (!left.isEmpty() || !(failed.get() instanceof TenantMigratorException))) {
            throw failed.get();
        }
    }

    private void readWhatIsLeft() {
        try {
            while (!left.isEmpty()) {
                readOnOneConnection();
            }
        } catch (SQLException e) {
            left.clear();
            refused = Optional.of(e);
        } catch (RuntimeException e) {
            failed = Optional.of(e);
        } catch (Error e) {
            // Otherwise the question that this thread had taken would be missing without notice.
            error = Optional.of(e);
        }
    }

    private void readOnOneConnection() throws SQLException {
        try (Session session = Session.openToRead(config.dataSource())) {
            int asked = 0;
            for (Question next = left.poll();
                    next != null;
                    // A pool may close a connection at an error that the question has dealt with.
                    next = asked < questionsPerConnection
                                    && !session.connection().isClosed()
                            ? left.poll()
                            : null) {
                ask(session, next);
                asked++;
            }
            if (asked >= questionsPerConnection) {
                session.closeWhenDone();
            }
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
