package dev.tenantmigrator.internal.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.CreationStep;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantExistsException;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.config.Configs;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

@PostgresTest
class TenantCreatorTest {

    private final TestDatabase database;
    private final Config config;

    TenantCreatorTest(TestDatabase database) {
        this.database = database;
        this.config =
                Configs.of(database.dataSource(), MigrationSource.of(Migration.of("1", "CREATE TABLE t (id int)")), 1);
    }

    /** Digits that come one after the other. */
    private static Random digits(Integer... digits) {
        List<Integer> list = List.of(digits);
        return new Random() {
            private int next;

            @Override
            public int nextInt(int bound) {
                return list.get(Math.min(next++, list.size() - 1));
            }
        };
    }

    @Test
    void otherDigitsAreTriedWhenASchemaIsTaken() throws SQLException {
        database.execute("CREATE SCHEMA ada_00000001; CREATE SCHEMA ada_00000002");

        String schema = new TenantCreator(config, digits(1, 2, 1, 3))
                .create(TenantName.forUser("ada"), CreationStep.NONE)
                .schema();

        assertThat(schema).isEqualTo("ada_00000003");
    }

    @Test
    void triesEndWhenEverythingIsTaken() {
        database.execute("CREATE SCHEMA bob_00000001");
        assertThatThrownBy(
                        () -> new TenantCreator(config, digits(1)).create(TenantName.forUser("bob"), CreationStep.NONE))
                .isInstanceOf(TenantExistsException.class);
    }
}
