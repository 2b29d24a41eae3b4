package dev.tenantmigrator.registration;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.registration.SignUp.Account;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses of {@code POST /register}, and the content of the database afterwards. */
class RegistrationTest {

    private TestDatabase database;

    @BeforeEach
    void createDatabase() {
        database = TestDatabase.create("registration");
    }

    @AfterEach
    void dropDatabase() throws SQLException {
        database.close();
    }

    @Test
    void aUserGetsATenantWithAFirstMember() {
        try (Instance instance = Instance.start(database)) {
            HttpResponse<String> response = instance.register("Carol O'Neil", "Carol@Example.org");

            assertThat(response.statusCode()).isEqualTo(201);
            Account account = Instance.account(response);
            assertThat(account.schema()).matches("carol_o_neil_\\d{8}");
            assertThat(database.query("SELECT id, username, email, schema_name FROM public.users"))
                    .containsExactly(List.of(account.id(), "Carol O'Neil", "carol@example.org", account.schema()));
            assertThat(database.query("SELECT us_id, email FROM " + account.schema() + ".team_member"))
                    .containsExactly(List.of(account.id(), "carol@example.org"));
            assertThat(versions(account.schema())).isEqualTo(Migrations.SAMPLE);
        }
    }

    @Test
    void theMetricsCountTenants() {
        try (Instance instance = Instance.start(database)) {
            instance.register("carol", "carol@example.org");

            assertThat(instance.counted("tenants.created")).isEqualTo(1);
            assertThat(instance.counted("tenants.failed")).isZero();
        }
    }

    @Test
    void aRegistrationTakesASpareTenant() {
        try (Instance instance = Instance.start(database, "tenant-migrator.spares=2")) {
            database.awaitRow(
                    "SELECT 1 FROM pg_namespace WHERE nspname ~ '^tenant_migrator_spare_' HAVING count(*) = 2");

            Account account = Instance.account(instance.register("carol", "carol@example.org"));

            assertThat(account.schema()).matches("carol_\\d{8}");
            assertThat(database.values("SELECT email FROM " + account.schema() + ".team_member"))
                    .containsExactly("carol@example.org");
            assertThat(instance.counted("tenants.created.from.spares")).isEqualTo(1);
        }
    }

    @Test
    void aTakenEmailIsAConflictAndLeavesNothing() {
        try (Instance instance = Instance.start(database)) {
            Account first = Instance.account(instance.register("dave", "dave@example.org"));

            HttpResponse<String> second = instance.register("david", "DAVE@example.org");

            assertThat(second.statusCode()).isEqualTo(409);
            assertThat(second.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(tenants()).containsExactly(first.schema());
            assertThat(users()).containsExactly(first.schema());
        }
    }

    /** SQLState 0A000, at which HikariCP closes a connection unless it is told not to. */
    @Test
    void anErrorAtWhichPoolsCloseConnectionsIsAnsweredAsAnyOther(@TempDir Path directory) throws IOException {
        Path version = Files.createDirectories(directory.resolve("1_view"));
        Files.writeString(
                version.resolve("migration.sql"),
                "CREATE TABLE a (b INT);\nCREATE VIEW v AS SELECT b FROM a;\nALTER TABLE a ALTER b TYPE BIGINT;");
        try (Instance instance = Instance.start(database, "tenant-migrator.migrations=" + directory)) {
            HttpResponse<String> response = instance.register("erin", "erin@example.org");

            assertThat(response.statusCode()).isEqualTo(500);
            assertThat(response.body()).contains("The account could not be created. Nothing was stored.");
            assertThat(users()).isEmpty();
            assertThat(tenants()).isEmpty();
        }
    }

    @Test
    void oneOfManyConcurrentRegistrationsOfAnEmailSucceeds() {
        try (Instance instance = Instance.start(database)) {
            Map<Integer, Long> statuses = statuses(IntStream.range(0, 8)
                    .mapToObj(i -> instance.registerAsync("user" + i, "same@example.org"))
                    .toList());

            assertThat(statuses).isEqualTo(Map.of(201, 1L, 409, 7L));
            assertThat(users()).hasSize(1).isEqualTo(tenants());
        }
    }

    /** With a pool of one, a registration that needs a second connection would wait for ever. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10})
    void twentyConcurrentRegistrationsSucceed(int poolSize) {
        try (Instance instance = Instance.start(database, "spring.datasource.hikari.maximum-pool-size=" + poolSize)) {
            Map<Integer, Long> statuses = statuses(IntStream.range(0, 20)
                    .mapToObj(i -> instance.registerAsync("user" + i, "user" + i + "@example.org"))
                    .toList());

            assertThat(statuses).isEqualTo(Map.of(201, 20L));
            assertThat(users()).hasSize(20).isEqualTo(tenants());
            for (String schema : tenants()) {
                assertThat(database.value("SELECT count(*) FROM " + schema + ".team_member"))
                        .isEqualTo("1");
            }
        }
    }

    @Test
    void aFailingMigrationLeavesNothingAndShowsNoSql(@TempDir Path directory) throws Exception {
        Migrations migrations =
                Migrations.copyTo(directory).add("20990101_broken", "ALTER TABLE no_such_table ADD COLUMN x int;");
        try (Instance instance = Instance.start(database, migrations.property())) {
            HttpResponse<String> response = instance.register("erin", "erin@example.org");

            assertThat(response.statusCode()).isEqualTo(500);
            assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(response.body())
                    .contains("Nothing was stored")
                    .doesNotContainIgnoringCase("no_such_table", "alter", "broken", "migration", "42P01", "erin_");
            assertThat(users()).isEmpty();
            assertThat(tenants()).isEmpty();
        }
        // The user tries again after the next release, without the broken migration.
        try (Instance instance = Instance.start(database)) {
            assertThat(instance.register("erin", "erin@example.org").statusCode())
                    .isEqualTo(201);
        }
    }

    @Test
    void invalidInputIsRefused() {
        List<String> bodies = List.of(
                "",
                "{",
                "{}",
                "{\"username\": \"frank\"}",
                "{\"email\": \"frank@example.org\"}",
                "{\"username\": \" \", \"email\": \"frank@example.org\"}",
                "{\"username\": \"frank\", \"email\": \"frank\"}",
                "{\"username\": \"" + "x".repeat(101) + "\", \"email\": \"frank@example.org\"}",
                "{\"username\": \"a\\u0000b\", \"email\": \"frank@example.org\"}",
                "{\"username\": \"a\\ud800b\", \"email\": \"frank@example.org\"}",
                "{\"username\": \"frank\", \"email\": \"frank\\u0000@example.org\"}");
        try (Instance instance = Instance.start(database)) {
            assertThat(bodies)
                    .allSatisfy(body ->
                            assertThat(instance.send(body).join().statusCode()).isEqualTo(400));
        }
        assertThat(users()).isEmpty();
        assertThat(tenants()).isEmpty();
    }

    /** They would deadlock if the users row were inserted before the tenant is created. */
    @Test
    void concurrentRegistrationsSucceedWithAForeignKeyToUsers(@TempDir Path directory) throws Exception {
        Migrations migrations = Migrations.copyTo(directory)
                .add("20990101_audit", "CREATE TABLE audit (actor uuid REFERENCES \"public\".\"users\" (id));");
        try (Instance instance = Instance.start(database, migrations.property())) {
            Map<Integer, Long> statuses = statuses(IntStream.range(0, 8)
                    .mapToObj(i -> instance.registerAsync("user" + i, "user" + i + "@example.org"))
                    .toList());

            assertThat(statuses).isEqualTo(Map.of(201, 8L));
        }
    }

    @Test
    void aRegistrationWithoutAConnectionAnswers503() throws SQLException {
        try (Instance instance = Instance.start(
                        database,
                        "spring.datasource.hikari.maximum-pool-size=1",
                        "spring.datasource.hikari.connection-timeout=2000");
                Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            // Allows reads of users and blocks the insert, so that one registration keeps the only connection.
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE public.users IN EXCLUSIVE MODE");
            CompletableFuture<HttpResponse<String>> one = instance.registerAsync("mallory", "mallory@example.org");
            CompletableFuture<HttpResponse<String>> other = instance.registerAsync("niaj", "niaj@example.org");

            CompletableFuture.anyOf(one, other).join();
            connection.rollback();
            connection.setAutoCommit(true);

            assertThat(statuses(List.of(one, other))).isEqualTo(Map.of(201, 1L, 503, 1L));
        }
        assertThat(users()).hasSize(1).isEqualTo(tenants());
    }

    @Test
    void connectionsAreReturnedUnchanged(@TempDir Path directory) throws Exception {
        Migrations migrations = Migrations.copyTo(directory)
                .add("20990101_for_one_user", "SELECT 1 / (1 - (SELECT count(*) FROM public.users));");
        try (Instance instance = Instance.start(
                database,
                context -> context.registerBean(DataSource.class, () -> database.dataSource()),
                migrations.property())) {
            assertThat(instance.register("grace", "grace@example.org").statusCode())
                    .isEqualTo(201);
            assertThat(instance.register("grace", "grace@example.org").statusCode())
                    .isEqualTo(409);
            assertThat(instance.register("heidi", "heidi@example.org").statusCode())
                    .isEqualTo(500);
        }
        database.assertNoLeaks();
    }

    private static Map<Integer, Long> statuses(List<CompletableFuture<HttpResponse<String>>> responses) {
        return responses.stream()
                .map(CompletableFuture::join)
                .collect(groupingBy(HttpResponse::statusCode, counting()));
    }

    private List<String> versions(String schema) {
        return database.values("SELECT version FROM " + schema + ".schema_migrations ORDER BY id");
    }

    private List<String> users() {
        return database.values("SELECT schema_name FROM public.users ORDER BY schema_name");
    }

    /** All schemas except PostgreSQL's own, so that an incomplete tenant is included. */
    private List<String> tenants() {
        return database.values("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'"
                + " AND nspname NOT IN ('public', 'information_schema') ORDER BY nspname");
    }
}
