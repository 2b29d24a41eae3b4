package dev.tenantmigrator.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.OwnServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The disk is full in the middle of a migration (53100): the migration and its row go together. Needs to mount one. */
class FullDiskTest {

    private static final Logger LOG = LoggerFactory.getLogger(FullDiskTest.class);
    private static final Migration TABLE = Migration.of("v1", "CREATE TABLE item (id int, name text)");
    private static final Migration ROWS = Migration.of(
            "v2",
            "CREATE TABLE before_rows (id int); INSERT INTO item SELECT n, repeat('x', 1000) FROM generate_series(1, 4000) n");

    @Test
    void theMigrationAndItsRowGoTogether(@TempDir Path directory) throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeTrue(
                runs("mount", "-t", "tmpfs", "-o", "size=12m,mode=777", "tmpfs", disk.toString()),
                "LEFT OUT: a small disk cannot be mounted here");
        try (OwnServer server = OwnServer.start(directory, Map.of("fsync", "off"));
                HikariDataSource pool = server.pool(2)) {
            Files.createDirectory(disk.resolve("space"));
            execute(pool, "CREATE TABLESPACE small LOCATION '" + disk.resolve("space") + "'");
            execute(pool, "ALTER ROLE postgres SET default_tablespace = 'small'");
            pool.getHikariPoolMXBean().softEvictConnections();
            for (int i = 1; i <= 3; i++) {
                migrator(pool, TABLE).createTenant(TenantName.exactly("tenant" + i));
            }

            FleetReport full = migrator(pool, TABLE, ROWS).deployAll();

            assertThat(full.failed()).isNotEmpty().allSatisfy(failed -> {
                assertThat(failed.failure().sqlState()).contains("53100");
                assertThat(failed.failure().version()).contains("v2");
            });
            for (TenantOutcome.Failed failed : full.failed()) {
                assertThat(value(pool, "SELECT count(*) FROM " + failed.schema() + ".schema_migrations"))
                        .isEqualTo("1");
                assertThat(value(pool, "SELECT count(*) FROM " + failed.schema() + ".item"))
                        .isEqualTo("0");
                assertThat(value(pool, "SELECT to_regclass('" + failed.schema() + ".before_rows') IS NULL"))
                        .isEqualTo("t");
            }
            LOG.warn(
                    "FIGURES disk full at {} of 3 tenants: nothing of them was kept",
                    full.failed().size());

            assertThat(runs("mount", "-o", "remount,size=64m", disk.toString())).isTrue();
            migrator(pool, TABLE, ROWS).deployAll().throwIfFailed();
        } finally {
            assertThat(runs("umount", "-l", disk.toString())).isTrue();
        }
    }

    private static TenantMigrator migrator(HikariDataSource pool, Migration... migrations) {
        return TenantMigrator.builder(pool)
                .migrations(MigrationSource.of(migrations))
                .build();
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }

    private static void execute(HikariDataSource pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String value(HikariDataSource pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
