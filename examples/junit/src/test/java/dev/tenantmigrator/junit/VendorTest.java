package dev.tenantmigrator.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;

/** The sample of the README. */
@TenantTest(EmbeddedDatabase.class)
class VendorTest {

    @BeforeEach
    void insertVendor(Tenant tenant) throws SQLException {
        try (Statement statement = tenant.connection().createStatement()) {
            statement.execute("INSERT INTO vendor (us_id, name) VALUES (uuid_generate_v4(), 'Acme')");
        }
    }

    @RepeatedTest(2)
    void aVendorHasThirtyDaysToPay(Tenant tenant) throws SQLException {
        try (Connection connection = tenant.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet vendor = statement.executeQuery("SELECT payment_days FROM vendor WHERE name = 'Acme'")) {
            assertThat(vendor.next()).isTrue();
            assertThat(vendor.getInt("payment_days")).isEqualTo(30);
            assertThat(vendor.next()).isFalse(); // no row of the test before
        }
    }
}
