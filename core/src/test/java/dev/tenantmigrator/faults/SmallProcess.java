package dev.tenantmigrator.faults;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorBuilder;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.log.TestLog;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.support.ChildJvm;
import dev.tenantmigrator.support.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * An application instance with a small heap: for each line of its standard input, which is a tenant and a script, it deploys
 * the script as the tenant's next migration, or creates the tenant with it in a transaction of its own. It writes a line with the outcome, one per line of the library's log, and a dot.
 */
final class SmallProcess {

    private static final Migration FIRST = Migration.of("v1", "CREATE TABLE item (id int, name text)");

    private SmallProcess() {}

    /**
     * Starts one on a test's database.
     *
     * @param property of the driver, with its value
     */
    static ChildJvm start(TestDatabase database, String property) throws IOException {
        String separator = database.jdbcUrl().contains("?") ? "&" : "?";
        return ChildJvm.start(
                SmallProcess.class, database.jdbcUrl() + separator + property, database.user(), database.password());
    }

    /** Its main method. */
    public static void main(String[] arguments) throws Exception {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(arguments[0]);
        source.setUser(arguments[1]);
        source.setPassword(arguments[2]);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String tenant = line.substring(0, line.indexOf(' '));
            Migration second = Migration.of("v2", line.substring(tenant.length() + 1));
            TenantMigratorBuilder builder =
                    TenantMigrator.builder(source).tenants(Tenants.all().where(tenant::equals));
            if (tenant.startsWith("create")) {
                System.out.println(createInside(
                        source,
                        builder.migrations(MigrationSource.of(FIRST, second)).build(),
                        tenant));
                System.out.println(".");
                continue;
            }
            builder.migrations(MigrationSource.of(FIRST)).build().createTenant(TenantName.exactly(tenant));
            TenantMigrator migrator =
                    builder.migrations(MigrationSource.of(FIRST, second)).build();
            if (tenant.startsWith("quiet")) {
                write(migrator.deployAll());
            } else {
                List<TestLog.Line> lines = TestLog.during(() -> write(migrator.deployAll()));
                lines.forEach(logged -> System.out.println(logged.text()));
            }
            System.out.println(".");
        }
    }

    private static String createInside(DataSource source, TenantMigrator migrator, String tenant) throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            try {
                migrator.createTenant(connection, TenantName.exactly(tenant));
                return "done";
            } catch (TenantMigratorException e) {
                return e.failure() + " closed " + connection.isClosed();
            }
        }
    }

    private static void write(FleetReport report) {
        System.out.println(
                report.failed().isEmpty() ? "done" : report.failed().get(0).failure());
    }
}
