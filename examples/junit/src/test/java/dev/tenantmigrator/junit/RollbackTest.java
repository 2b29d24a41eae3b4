package dev.tenantmigrator.junit;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.RepeatedTest;

/** A commit of the code under test ends nothing. */
@TenantTest(value = AppDatabase.class, isolation = TenantTest.Isolation.ROLLBACK)
class RollbackTest {

    @RepeatedTest(2)
    void aCommitIsRolledBackToo(Tenant tenant) throws SQLException {
        Connection connection = tenant.connection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            // In the second run it would be there already.
            statement.execute("CREATE TABLE committed (id int)");
        }
        connection.commit();
    }
}
