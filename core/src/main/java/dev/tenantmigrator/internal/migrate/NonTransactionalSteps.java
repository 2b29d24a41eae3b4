package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.internal.sql.nontransactional.NonTransactionalStatement;
import dev.tenantmigrator.internal.sql.nontransactional.NonTransactionalStatement.Kind;
import dev.tenantmigrator.internal.sql.nontransactional.ScriptParts;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The statements of a part of a script that runs outside of a transaction in one tenant, and what is refused before the first one
 * runs, while the part has changed nothing.
 *
 * @param steps in the order of the script
 */
record NonTransactionalSteps(String schema, Migration migration, PreparedScript prepared, List<Step> steps) {

    /**
     * A statement, and what it does.
     *
     * @param settings the settings that the part makes before it
     */
    record Step(SqlStatement statement, NonTransactionalStatement what, List<SqlStatement> settings) {}

    /**
     * Reads them. Whatever adapter made the statements: none runs that is not known, or that names another schema.
     *
     * @throws InvalidMigrationException when there is such a statement
     */
    static NonTransactionalSteps read(String schema, Migration migration, PreparedScript prepared) {
        NonTransactionalSteps read = new NonTransactionalSteps(schema, migration, prepared, new ArrayList<>());
        List<SqlStatement> settings = new ArrayList<>();
        for (SqlStatement statement : prepared.statements(schema)) {
            if (ScriptParts.isSetting(statement.sql())) {
                settings.add(statement);
                continue;
            }
            NonTransactionalStatement what = NonTransactionalStatement.of(statement.sql())
                    .orElseThrow(() -> read.refused("this statement can run in a transaction", statement));
            boolean strange =
                    what.qualified().stream().anyMatch(name -> !name.schema().equals(Optional.of(schema)));
            if (strange) {
                throw read.refused(
                        "this statement runs outside of a transaction and names an object outside of the tenant",
                        statement);
            }
            read.steps.add(new Step(statement, what, List.copyOf(settings)));
        }
        return read;
    }

    /**
     * Looks at what there is now.
     *
     * @throws InvalidMigrationException when a statement would fail or reach another schema
     */
    void refuseWhatWillFail(ConcurrentDdl progress, OutsideObjectCheck reach) throws SQLException {
        Set<String> dropped = new HashSet<>();
        for (Step step : steps) {
            NonTransactionalStatement what = step.what();
            boolean droppedBefore = what.kind() == Kind.CREATE_INDEX && dropped.contains(what.name());
            Optional<String> refusal = progress.refusal(what, droppedBefore);
            if (refusal.isEmpty()) {
                refusal = reach.refusal(what, step.statement().sql());
            }
            if (refusal.isPresent()) {
                throw refused(refusal.get(), step.statement());
            }
            if (what.kind() == Kind.DROP_INDEX) {
                dropped.add(what.name());
            }
        }
    }

    /** Whether a statement before one runs code, which must not run twice. */
    boolean runsCodeBefore(int number) {
        return steps.stream().limit(number).anyMatch(before -> before.what().kind() == Kind.CODE);
    }

    private InvalidMigrationException refused(String message, SqlStatement statement) {
        return new InvalidMigrationException(Failure.of(message + "; nothing was changed")
                .inTenant(schema)
                .ofVersion(migration.version())
                .inFile(prepared.file().location())
                .onLine(statement.line()));
    }
}
