package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The kinds of migrations that projects write every week. */
@PostgresTest
class EverydayMigrationsTest {

    private static final Migration BASE = Migration.of("20240201_base", """
            CREATE TABLE a (id serial PRIMARY KEY, x int, y varchar(10), z int CONSTRAINT z_old CHECK (z > 0));
            CREATE INDEX i ON a (x); CREATE TYPE "R" AS ENUM ('A', 'B'); INSERT INTO a (x, y, z) VALUES (1, 'a', 1);
            CREATE TABLE b (id serial PRIMARY KEY, r "R" NOT NULL DEFAULT 'A', a_id int REFERENCES a (id));
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER tr BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f(); CREATE VIEW v AS SELECT id FROM a""");

    private static final List<String> KINDS = List.of(
            "ALTER TABLE a ADD COLUMN k text",
            "CREATE TYPE e AS ENUM ('X', 'Y'); ALTER TABLE a ADD COLUMN c e NOT NULL DEFAULT 'X'",
            "CREATE TABLE n (id serial PRIMARY KEY, a_id int REFERENCES a (id)); CREATE INDEX n_a ON n (a_id)",
            "DROP INDEX i; CREATE INDEX i2 ON a (x)",
            "ALTER TABLE a ALTER COLUMN y TYPE varchar(20)",
            """
            CREATE TYPE "R_new" AS ENUM ('A', 'C'); ALTER TABLE b ALTER COLUMN r DROP DEFAULT;
            ALTER TABLE b ALTER COLUMN r TYPE "R_new" USING (r::text::"R_new"); ALTER TYPE "R" RENAME TO "R_old";
            ALTER TYPE "R_new" RENAME TO "R"; DROP TYPE "public"."R_old"; ALTER TABLE b ALTER COLUMN r SET DEFAULT 'A'""",
            "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
                    + " DROP TRIGGER IF EXISTS tr ON a; CREATE TRIGGER tr BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f()",
            "ALTER TABLE a ADD COLUMN h int; ALTER TABLE a DROP COLUMN h",
            "ALTER TABLE a ADD CONSTRAINT z_new CHECK (z >= 0); ALTER TABLE a DROP CONSTRAINT z_old",
            "CREATE OR REPLACE VIEW v AS SELECT id, x FROM a");

    /** Statements about the session itself. */
    private static final Pattern OF_SESSION = Pattern.compile(
            "set_config|current_setting|pg_lock_status|pg_stat_get|pg_stat_force|advisory|pg_cursor",
            Pattern.CASE_INSENSITIVE);

    private final TestDatabase database;

    EverydayMigrationsTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    private static Migration kind(int number) {
        return Migration.of("2024030" + number + "_kind", KINDS.get(number), "SELECT 1");
    }

    @Test
    void leaveTheConnectionOpen() throws SQLException {
        for (int number = 0; number < KINDS.size(); number++) {
            try (HikariDataSource one = Samples.pool(database, 1)) {
                String process = process(one);
                TenantMigratorBuilder builder = TenantMigrator.builder(one).parallelism(1);
                TenantMigrator before =
                        builder.migrations(MigrationSource.of(MEMBERS, BASE)).build();
                before.createTenant(TenantName.forUser("a"));
                before.createTenant(TenantName.forUser("b"));
                TenantMigrator after = builder.migrations(MigrationSource.of(MEMBERS, BASE, kind(number)))
                        .build();

                after.deployAll().throwIfFailed();
                after.createTenant(TenantName.forUser("c"));
                after.rollback(Tenants.all(), kind(number).version(), RollbackOptions.defaults())
                        .throwIfFailed();

                assertThat(process(one)).as(KINDS.get(number)).isEqualTo(process);
            }
            dropAll();
        }
    }

    /** On a cluster the server that has the table would run all of such a statement. */
    @Test
    void noStatementReadsATenantsTableAndSpeaksOfTheSession() {
        List<String> sent = new CopyOnWriteArrayList<>();
        TenantMigratorBuilder builder =
                TenantMigrator.builder(recorded(database.dataSource(), sent)).requiredTables("team_member");
        TenantMigrator before =
                builder.migrations(MigrationSource.of(MEMBERS, BASE)).build();
        String a = before.createTenant(TenantName.forUser("a")).schema();
        TenantMigrator after = builder.migrations(MigrationSource.of(MEMBERS, BASE, kind(0), kind(3)))
                .build();
        after.deployAll().throwIfFailed();
        after.rollback(Tenants.named(a), kind(3).version(), RollbackOptions.defaults())
                .throwIfFailed();
        after.repair(Tenants.named(a), new Repair.MarkApplied(kind(3).version()))
                .throwIfFailed();
        database.execute("DROP TABLE " + a + ".team_member");
        after.backfill(Tenants.named(a)).throwIfFailed();
        after.status();
        after.verify();

        Pattern readsTenant =
                Pattern.compile("\\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\\s+\"" + a + "\"\\.", Pattern.CASE_INSENSITIVE);
        assertThat(sent).anyMatch(sql -> readsTenant.matcher(sql).find());
        assertThat(sent)
                .noneMatch(sql -> readsTenant.matcher(sql).find()
                        && OF_SESSION.matcher(sql).find());
    }

    private static String process(DataSource pool) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return row.getString(1);
        }
    }

    private static DataSource recorded(DataSource dataSource, List<String> sent) {
        return recorded(DataSource.class, dataSource, sent);
    }

    /** Keeps each text that is given to a statement or prepared. */
    private static <T> T recorded(Class<T> type, Object real, List<String> sent) {
        return type.cast(Proxy.newProxyInstance(
                EverydayMigrationsTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (arguments != null && arguments.length > 0 && arguments[0] instanceof String text) {
                        sent.add(text);
                    }
                    Object result;
                    try {
                        result = method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    if (result instanceof Connection) {
                        return recorded(Connection.class, result, sent);
                    }
                    return method.getName().equals("createStatement")
                            ? recorded(Statement.class, result, sent)
                            : result;
                }));
    }
}
