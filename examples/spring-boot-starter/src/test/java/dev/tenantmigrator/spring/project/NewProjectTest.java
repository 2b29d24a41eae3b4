package dev.tenantmigrator.spring.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.spring.project.NewProject.Running;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new project with the starter and a few lines of its own. */
class NewProjectTest {

    private static final int TENANTS = 50;
    private static final int REQUESTS = 40;

    private TestDatabase database;

    @BeforeEach
    void createDatabase() {
        database = TestDatabase.create("project");
    }

    @AfterEach
    void dropDatabase() throws SQLException {
        database.close();
    }

    @Test
    void theTemplateIsShort() throws IOException {
        int lines = 0;
        for (Path file : NewProject.templateFiles()) {
            lines += Files.readAllLines(file).size();
        }
        System.out.println("MEASURED lines of the template: " + lines);
        assertThat(lines).isLessThan(60);
    }

    @Test
    void signUpDeployMetricsHealthAndEndpointWork(@TempDir Path directory) throws Exception {
        NewProject project = NewProject.make(directory);
        String ada;
        try (Running application = project.start(database)) {
            ada = application.post("/register/ada").body();
            assertThat(ada).matches("ada_\\d{8}");
            assertThat(database.value("SELECT schema_name FROM public.users")).isEqualTo(ada);
            // The user exists already: the second tenant goes with the failed transaction.
            assertThat(application.post("/register/ada").statusCode()).isEqualTo(500);
            assertThat(tenants(application, ada)).contains("\"tenants\":1,");
            assertThat(application.get("/actuator/metrics/tenants.create").body())
                    .contains("\"value\":2");
            assertThat(application.get("/actuator/health").body()).contains("\"status\":\"UP\"");
        }
        project.addMigration("2_city", "ALTER TABLE vendor ADD city text;");
        try (Running application = project.start(database)) {
            System.out.println("MEASURED start with one tenant to migrate: " + application.startMillis() + " ms");
            assertThat(database.value("SELECT max(version) FROM " + ada + ".schema_migrations"))
                    .isEqualTo("2_city");
            assertThat(tenants(application, "\"MIGRATED\":1")).contains("\"lastRun\":{\"run\":\"deploy\"");
        }
        project.addMigration("3_broken", "ALTER TABLE vendor ADD city text;");
        try (Running application = project.start(database)) {
            assertThat(application.log())
                    .anyMatch(line -> line.contains("A tenant was not migrated") && line.contains(ada));
            assertThat(application.get("/actuator/tenants?state=BEHIND").body()).contains("\"BEHIND\"");
        }
        assertThatThrownBy(() -> project.start(database, "tenant-migrator.on-failed-tenant=fail"))
                .hasMessageContaining("APPLICATION FAILED TO START")
                .hasMessageContaining("1 of 1 tenants were not migrated. The first reason: ")
                .hasMessageContaining("3_broken");
    }

    /** The endpoint's answer, which is the reading before while a new one takes long. */
    private static String tenants(Running application, String expected) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        String answer = application.get("/actuator/tenants").body();
        while (!answer.contains(expected) && System.nanoTime() < end) {
            answer = application.get("/actuator/tenants").body();
        }
        assertThat(answer).contains(expected);
        return answer;
    }

    @Test
    void requestsOfManyTenantsInParallelSeeTheirOwnRowsOnly(@TempDir Path directory) throws Exception {
        NewProject project = NewProject.make(directory);
        try (Running application = project.start(database)) {
            List<String> tenants = new ArrayList<>();
            for (int i = 0; i < TENANTS; i++) {
                String tenant = application.post("/register/user" + i).body();
                database.execute("INSERT INTO " + tenant + ".vendor VALUES (?)", tenant);
                tenants.add(tenant);
            }
            List<Callable<Long>> requests = tenants.stream()
                    .map(tenant -> (Callable<Long>) () -> ownAnswers(application, tenant))
                    .toList();
            long begin = System.nanoTime();
            long own = 0;
            ExecutorService threads = Executors.newFixedThreadPool(TENANTS);
            try {
                for (Future<Long> answers : threads.invokeAll(requests)) {
                    own += answers.get();
                }
            } finally {
                threads.shutdownNow();
            }
            assertThat(own).isEqualTo((long) TENANTS * REQUESTS);
            System.out.println("MEASURED requests of " + TENANTS + " tenants in parallel, none with another's rows: "
                    + own + " in " + (System.nanoTime() - begin) / 1_000_000 + " ms");
            assertThat(application.get("/vendors", "nobody_12345678").statusCode())
                    .isEqualTo(404);
            assertThat(application.get("/vendors").statusCode()).isEqualTo(500);
        }
    }

    private static long ownAnswers(Running application, String tenant) throws Exception {
        long own = 0;
        for (int i = 0; i < REQUESTS; i++) {
            own += application.get("/vendors", tenant).body().equals("[\"" + tenant + "\"]") ? 1 : 0;
        }
        return own;
    }
}
