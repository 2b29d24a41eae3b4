package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.ReadOnlyTransaction;
import dev.tenantmigrator.internal.migrate.NonTransactionalSteps.Step;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.internal.script.ScriptSettings;
import dev.tenantmigrator.internal.sql.nontransactional.NonTransactionalStatement.Name;
import dev.tenantmigrator.internal.tracking.PartProgress;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.ScriptNote;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The statements that a deploy would still send to a tenant of a script that cannot run in one transaction, and between its parts the
 * library's own. Reads how far a started script got.
 */
final class PlannedParts {

    /** The statements that begin a part that is a transaction. */
    interface Begin {
        List<String> of(PreparedScript part);
    }

    private final List<String> before = new ArrayList<>();
    private final List<SqlStatement> statements = new ArrayList<>();
    private final List<String> after = new ArrayList<>();
    private final List<ScriptNote> done = new ArrayList<>();
    private final Connection connection;
    private final String schema;
    private final Migration migration;
    private final PreparedScript script;
    private final Recorder recorder;
    private final ScriptProgress progress;
    private final Begin begin;

    /** Reads and plans. */
    PlannedParts(
            Connection connection,
            Direction direction,
            Recorder recorder,
            TenantState state,
            Migration migration,
            PreparedScript script,
            Begin begin)
            throws SQLException {
        this.connection = connection;
        this.schema = state.schema();
        this.migration = migration;
        this.script = script;
        this.recorder = recorder;
        this.progress = new ScriptProgress(direction, migration, script);
        this.begin = begin;
        boolean started = state.has(migration.version());
        if (started && !state.row(migration.version()).finished()) {
            resume();
        } else {
            add(0, started, started);
        }
    }

    private void resume() throws SQLException {
        Optional<PartProgress> mark =
                progress.mark(recorder.reading(connection, reader -> recorder.rows(reader, schema)));
        Optional<Failure> refusal = progress.refusal(mark);
        if (refusal.isPresent()) {
            throw new InvalidMigrationException(refusal.get().inTenant(schema));
        }
        int next = progress.next(mark);
        List<SqlStatement> finished = new ArrayList<>();
        script.parts().subList(0, next).forEach(part -> finished.addAll(part.statements(schema)));
        if (next > 0) {
            int last =
                    finished.isEmpty() ? 1 : finished.get(finished.size() - 1).line();
            noteDone(
                    last,
                    (next == 1 ? "part 1" : "parts 1 to " + next) + " of "
                            + script.parts().size() + ", up to here,",
                    next == 1 ? "is" : "are");
        }
        add(next, true, progress.isBegun(mark));
    }

    private void noteDone(int line, String what, String is) {
        done.add(new ScriptNote(
                ScriptNote.Kind.NOT_TRANSACTIONAL,
                line,
                what + " " + is + " done already, and " + is + " not in this plan"));
    }

    /** @param begun whether the first of the parts was begun, if it runs outside of a transaction */
    private void add(int first, boolean recorded, boolean begun) throws SQLException {
        boolean started = recorded;
        int line = 1;
        for (int i = first; i < script.parts().size(); i++) {
            PreparedScript part = script.parts().get(i);
            boolean last = i == script.parts().size() - 1;
            boolean resumed = i == first && begun;
            List<SqlStatement> own = part.statements(schema);
            List<String> begins = new ArrayList<>();
            if (part.isTransactional()) {
                begins.addAll(begin.of(part));
            } else {
                if (!resumed) {
                    begins.addAll(mark(started, progress.begun(i)).statements());
                }
                started = true;
                ScriptSettings settings = part.settings();
                begins.add(
                        settings.sessionSql(schema, settings.askedLockTimeout().orElse("0")));
                own = resumed ? left(part) : own;
            }
            Pipeline end = last ? recorder.finish(schema, migration) : mark(started, progress.done(i));
            started = true;
            List<String> ends = new ArrayList<>(end.statements());
            if (part.isTransactional()) {
                ends.add("COMMIT");
            }
            if (i == first) {
                before.addAll(begins);
            } else {
                addAll(begins, own.isEmpty() ? line : own.get(0).line());
            }
            statements.addAll(own);
            line = own.isEmpty() ? line : own.get(own.size() - 1).line();
            if (last) {
                after.addAll(ends);
            } else {
                addAll(ends, line);
            }
        }
    }

    private Pipeline mark(boolean started, String description) {
        return started
                ? recorder.reopen(schema, migration.version(), description)
                : recorder.start(schema, migration, description);
    }

    private void addAll(List<String> own, int line) {
        own.forEach(sql -> statements.add(new SqlStatement(sql, line)));
    }

    /** The statements that are left of a part that was begun, as a deploy finds them in the catalogs. */
    private List<SqlStatement> left(PreparedScript part) throws SQLException {
        List<SqlStatement> left = new ArrayList<>();
        Set<String> renewed = new HashSet<>();
        for (Step step : NonTransactionalSteps.read(schema, migration, part).steps()) {
            SqlStatement statement = step.statement();
            ConcurrentDdl.Progress found = ReadOnlyTransaction.run(
                    connection,
                    recorder.lockTimeout(),
                    reader -> new ConcurrentDdl(reader, schema).progress(step.what(), true));
            List<String> names =
                    step.what().names().stream().limit(1).map(Name::name).toList();
            found.settling().forEach(sql -> left.add(new SqlStatement(sql, statement.line())));
            // An index that an earlier statement drops or creates again is not as it is now when the deploy comes to
            // this one.
            if (found.done() && names.stream().noneMatch(renewed::contains)) {
                noteDone(statement.line(), "the statement", "is");
            } else {
                renewed.addAll(names);
                left.addAll(step.settings());
                left.add(statement);
            }
        }
        return left;
    }

    /** The library's statements before the script. */
    List<String> before() {
        return before;
    }

    /** The statements of the script, and between them the library's own. */
    List<SqlStatement> statements() {
        return statements;
    }

    /** The library's statements after the script. */
    List<String> after() {
        return after;
    }

    /** The notes on the script, without those on what is done, and notes on that. */
    List<ScriptNote> notes(List<ScriptNote> ofScript) {
        int firstLine =
                statements.stream().mapToInt(SqlStatement::line).findFirst().orElse(1);
        return Stream.concat(
                        done.stream(), ofScript.stream().filter(note -> done.isEmpty() || note.line() >= firstLine))
                .sorted(Comparator.comparingInt(ScriptNote::line))
                .toList();
    }
}
