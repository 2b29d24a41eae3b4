package dev.tenantmigrator.internal.script;

import dev.tenantmigrator.SchemaAdapter.TenantScript;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.sql.nontransactional.ScriptParts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A part of an adapted script that does not run in one transaction.
 *
 * @param from the first statement of the part in the script
 * @param to the statement behind the last one
 */
record ScriptPart(TenantScript script, int from, int to, boolean transactional) implements TenantScript {

    /** The parts of a script, which {@code BEGIN} and {@code COMMIT} divide. */
    static List<ScriptPart> of(TenantScript script, List<SqlStatement> statements) {
        List<ScriptPart> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= statements.size(); i++) {
            String sql = i < statements.size() ? statements.get(i).sql() : ScriptParts.BEGIN;
            if (sql.equals(ScriptParts.BEGIN) || sql.equals(ScriptParts.COMMIT)) {
                if (i > from) {
                    parts.add(new ScriptPart(script, from, i, sql.equals(ScriptParts.COMMIT)));
                }
                from = i + 1;
            }
        }
        return parts;
    }

    @Override
    public List<SqlStatement> statements(String schema) {
        return script.statements(schema).subList(from, to);
    }

    @Override
    public Optional<String> isolationLevel() {
        return script.isolationLevel();
    }
}
