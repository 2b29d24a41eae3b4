package dev.tenantmigrator.internal.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The notices and warnings that PostgreSQL sends while a statement runs. The driver keeps all of them until the next statement,
 * so {@link NoticeThread} removes them meanwhile. When the statement has ended, the first ones go to the log at DEBUG, without
 * the data in them.
 */
final class Notices implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Notices.class);

    /** Enough to see what a script reports; a loop over rows would fill the log. */
    private static final int MOST = 100;

    private final Statement statement;
    private final Supplier<String> script;
    private final Optional<Pipeline.NoticeListener> listener;
    private final List<String> heard = new ArrayList<>();
    private final List<String> kept = new ArrayList<>();
    private long characters;
    private long leftOut;

    /**
     * @param statement stays open until this is closed
     * @param script the text that the authors of the statements wrote, which may be shown
     * @param listener hears notices of the library's own, which do not go to the log
     */
    Notices(Statement statement, Supplier<String> script, Optional<Pipeline.NoticeListener> listener) {
        this.statement = statement;
        this.script = script;
        this.listener = listener;
        NoticeThread.watch(this);
    }

    /** Takes the notices that have come. The driver allows this to another thread while the statement runs. */
    synchronized void take() throws SQLException {
        SQLWarning first = statement.getWarnings();
        if (first != null) {
            statement.clearWarnings();
            keep(first);
        }
    }

    /** Takes the notices that came with a portion of rows. */
    synchronized void take(ResultSet rows) throws SQLException {
        SQLWarning first = rows.getWarnings();
        if (first != null) {
            rows.clearWarnings();
            keep(first);
        }
    }

    /** The number of characters of all notices taken so far. */
    synchronized long characters() {
        return characters;
    }

    private void keep(SQLWarning first) {
        boolean wanted = LOG.isDebugEnabled();
        for (SQLWarning notice = first; notice != null; notice = notice.getNextWarning()) {
            String message = String.valueOf(notice.getMessage());
            characters += message.length();
            if (listener.isPresent() && message.contains(listener.get().marker())) {
                heard.add(message);
            } else if (wanted && kept.size() < MOST) {
                kept.add(SqlErrors.notice(notice, script.get()));
            } else {
                leftOut++;
            }
        }
    }

    /** Takes the last notices and writes the log. */
    @Override
    public void close() throws SQLException {
        NoticeThread.leave(this);
        try {
            take();
        } finally {
            synchronized (this) {
                listener.ifPresent(of -> heard.forEach(of.consumer()));
                kept.forEach(LOG::debug);
                if (leftOut > 0) {
                    LOG.debug("{} more notices are left out", leftOut);
                }
            }
        }
    }
}
