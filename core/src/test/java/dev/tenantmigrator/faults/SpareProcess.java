package dev.tenantmigrator.faults;

import dev.tenantmigrator.CreationStep;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.Spares;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.support.ChildJvm;
import dev.tenantmigrator.support.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * An application instance with spare tenants. A line of its standard input is {@code fill}; {@code hold}, which takes a spare and stays in
 * its transaction; or the number of sign-ups to make, each of which is written when it is committed.
 */
final class SpareProcess {

    static final int SPARES = 5;

    private SpareProcess() {}

    static Migration migration() {
        return Migration.of(
                "1_first",
                "CREATE TABLE t (id serial PRIMARY KEY); INSERT INTO t DEFAULT VALUES; SELECT count(*) FROM public.gate");
    }

    static TenantMigrator migrator(javax.sql.DataSource dataSource) {
        return TenantMigrator.builder(dataSource)
                .migrations(MigrationSource.of(migration()))
                .sharedObjects("gate")
                .spares(Spares.keep(SPARES))
                .build();
    }

    /** Starts one on a test's database. */
    static ChildJvm start(TestDatabase database, String name) throws IOException {
        String separator = database.jdbcUrl().contains("?") ? "&" : "?";
        return ChildJvm.start(
                SpareProcess.class,
                database.jdbcUrl() + separator + "ApplicationName=" + name,
                database.user(),
                database.password());
    }

    /** Its main method. */
    public static void main(String[] arguments) throws IOException {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(arguments[0]);
        dataSource.setUser(arguments[1]);
        dataSource.setPassword(arguments[2]);
        TenantMigrator migrator = migrator(dataSource);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            switch (line) {
                case "fill" ->
                    System.out.println("filled " + migrator.maintainSpares().created());
                case "hold" ->
                    signUp(migrator, (connection, schema) -> {
                        System.out.println("holds " + schema);
                        read(input);
                    });
                default -> {
                    for (int i = 0; i < Integer.parseInt(line); i++) {
                        signUp(migrator, CreationStep.NONE);
                    }
                }
            }
        }
    }

    private static void signUp(TenantMigrator migrator, CreationStep step) {
        CreatedTenant created = migrator.createTenant(TenantName.forUser("user"), step);
        System.out.println(created.schema() + " " + created.fromSpare());
    }

    private static void read(BufferedReader input) {
        try {
            input.readLine();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
