package dev.tenantmigrator.internal.run;

import dev.tenantmigrator.ScriptRows;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.containment.ForeignObjectsException;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** A script whose rows are handed over. */
record ScriptBody(Config config, PreparedScript script, String schema, ScriptRows rows) implements TenantBody {

    @Override
    public void run(Connection connection) throws SQLException {
        List<SqlStatement> statements = script.statements(schema);
        for (int i = 0; i < statements.size(); i++) {
            int number = i + 1;
            Pipeline.sendForRows(
                    connection, script.file(), statements.get(i), found -> rows.accept(schema, number, found));
        }
    }

    @Override
    public Failure failure(SQLException e) {
        Failure failure = e instanceof ScriptFailure failed
                ? failed.failure()
                : SqlErrors.failure(e).inFile(script.file().location());
        return config.detailed(failure, e);
    }

    @Override
    public Failure outside(
            Connection connection,
            Containment.Checked checked,
            Pipeline begin,
            ForeignObjectsException foreign,
            Containment containment)
            throws SQLException {
        Pipeline again = new Pipeline().addAll(begin).addScript("", script.file(), script.statements(schema));
        return containment
                .locate(connection, checked, again, foreign)
                .failure()
                .inFile(script.file().location());
    }
}
