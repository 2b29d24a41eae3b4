package dev.tenantmigrator.faults;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.ThrowawayTenant;
import dev.tenantmigrator.support.ChildJvm;
import dev.tenantmigrator.support.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** A run of tests: creates throwaway tenants, closes them, and ends or is killed without closing its migrator. */
final class ThrowawayProcess {

    static final int TENANTS = 20;

    private ThrowawayProcess() {}

    static ChildJvm start(TestDatabase database) throws IOException {
        return ChildJvm.start(ThrowawayProcess.class, database.jdbcUrl(), database.user(), database.password());
    }

    /** Its main method. */
    public static void main(String[] arguments) throws IOException {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(arguments[0]);
        config.setUsername(arguments[1]);
        config.setPassword(arguments[2]);
        HikariDataSource pool = new HikariDataSource(config);
        TenantMigrator migrator = TenantMigrator.builder(pool)
                .migrations(MigrationSource.of(Migration.of("1", "CREATE TABLE t (a int)")))
                .build();
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        List<ThrowawayTenant> tenants =
                Stream.generate(migrator::throwaway).limit(TENANTS).toList();
        System.out.println("created");
        input.readLine();
        tenants.forEach(ThrowawayTenant::close);
        System.out.println("closed");
        input.readLine();
        System.exit(0);
    }
}
