package dev.tenantmigrator.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.junit.Tenant;
import dev.tenantmigrator.junit.TenantDatabase;
import dev.tenantmigrator.junit.TenantTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The tables that the service's migrations give a user. */
@TenantTest(TenantTablesTest.Database.class)
class TenantTablesTest {

    /** The migrations of the service. */
    static final class Database implements TenantDatabase, AutoCloseable {

        private final TestDatabase database = TestDatabase.create("tables");

        @Override
        public DataSource dataSource() {
            return database.dataSource();
        }

        @Override
        public TenantMigrator migrator(DataSource dataSource) {
            return TenantMigrator.builder(dataSource)
                    .migrations(MigrationSource.classpath("tenant-migrations"))
                    .build();
        }

        @Override
        public void close() throws SQLException {
            database.assertNoLeaks();
            database.close();
        }
    }

    private final Connection connection;

    TenantTablesTest(Tenant tenant) throws SQLException {
        this.connection = tenant.connection();
    }

    @BeforeEach
    void insertAReminder() throws SQLException {
        execute("""
                INSERT INTO team_member (us_id, name) VALUES (gen_random_uuid(), 'Ada');
                INSERT INTO vendor (us_id, name, created_by) SELECT us_id, 'Acme', id FROM team_member;
                INSERT INTO contact (us_id, vendor_id, first_name, last_name) SELECT us_id, id, 'Bob', 'B' FROM vendor;
                INSERT INTO reminders (us_id, contact_id, title, due_at) SELECT us_id, id, 'call', now() FROM contact""");
    }

    @Test
    void aReminderGoesWithItsContact() throws SQLException {
        execute("DELETE FROM contact");
        assertThat(count("reminders")).isZero();
    }

    @Test
    void aVendorStaysWithoutTheMemberWhoCreatedIt() throws SQLException {
        execute("DELETE FROM team_member");
        assertThat(count("vendor WHERE created_by IS NULL")).isEqualTo(1);
    }

    @Test
    void vendorsHaveDifferentNames() {
        assertThatThrownBy(() -> execute("INSERT INTO vendor (us_id, name) VALUES (gen_random_uuid(), 'Acme')"))
                .hasMessageContaining("vendor_name_key");
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long count(String rows) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM " + rows)) {
            row.next();
            return row.getLong(1);
        }
    }
}
