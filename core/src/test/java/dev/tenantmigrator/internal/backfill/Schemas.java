package dev.tenantmigrator.internal.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;

/** The scratch schema and the tenants of a test. */
final class Schemas {

    static final String SCRATCH = "tenant_migrator_scratch_1a2b3c4d";

    private final TestDatabase database;

    Schemas(TestDatabase database) {
        this.database = database;
    }

    /** As the caller does it: the scratch schema never commits. */
    StructureReference reference(String script) throws SQLException {
        return inTransaction(connection -> {
            run(connection, SCRATCH, script);
            return StructureReference.read(connection, SCRATCH);
        });
    }

    void create(String schema, String script) throws SQLException {
        inTransaction(connection -> {
            run(connection, schema, script);
            connection.commit();
            return schema;
        });
    }

    TenantObjects tenant(String schema) throws SQLException {
        return inTransaction(connection -> TenantObjects.read(connection, schema));
    }

    void recreate(StructureReference reference, String schema, Collection<String> tables) throws SQLException {
        List<String> statements = reference.statements(tenant(schema), tables);
        assertThat(statements).noneMatch(statement -> statement.contains(SCRATCH));
        inTransaction(connection -> {
            try (Statement batch = connection.createStatement()) {
                batch.setEscapeProcessing(false);
                for (String statement : statements) {
                    batch.addBatch(statement);
                }
                batch.executeBatch();
            }
            connection.commit();
            return schema;
        });
    }

    interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    /** Rolls back what the work did not commit. */
    <T> T inTransaction(Work<T> work) throws SQLException {
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            try {
                return work.in(connection);
            } finally {
                // The pool closes a connection itself after some errors.
                if (!connection.isClosed()) {
                    connection.rollback();
                    connection.setAutoCommit(true);
                }
            }
        }
    }

    private static void run(Connection connection, String schema, String script) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute("CREATE SCHEMA " + Sql.identifier(schema));
            statement.execute("SET LOCAL search_path = " + Sql.identifier(schema) + ", pg_temp");
            statement.execute(script);
        }
    }

    List<String> fingerprint(String schema) throws SQLException {
        return inTransaction(connection -> Fingerprint.of(connection, schema));
    }
}
