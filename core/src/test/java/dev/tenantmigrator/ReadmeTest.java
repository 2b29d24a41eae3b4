package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The first sample of the README, run against the sample migrations and compared with the README. */
@PostgresTest
class ReadmeTest {

    private static final Path REPOSITORY = Path.of("").toAbsolutePath().getParent();

    private final TestDatabase database;

    ReadmeTest(TestDatabase database) {
        this.database = database;
    }

    // spotless:off
    private static void sample(DataSource dataSource) {
        TenantMigrator migrator = TenantMigrator.builder(dataSource)
                .migrations(MigrationSource.directory(Path.of("migrations-sample")))
                .requiredTables("team_member", "vendor", "contact", "reminders")
                .sharedObjects("users")
                .build();

        migrator.deployAll().throwIfFailed(); // at start-up: what is pending, in every tenant

        CreatedTenant tenant = migrator.createTenant(TenantName.forUser("Carol O'Neil"), TenantStep.NONE); // at sign-up
        System.out.println(tenant.schema()); // carol_o_neil_12345678
    }
    // spotless:on

    @Test
    void firstSampleIsWhatIsRunHere() throws IOException {
        String readme = Files.readString(REPOSITORY.resolve("README.md"));
        String sample = readme.substring(
                readme.indexOf("```java\n") + 8, readme.indexOf("```\n", readme.indexOf("```java\n") + 8));
        String source = Files.readString(REPOSITORY.resolve("core/src/test/java/dev/tenantmigrator/ReadmeTest.java"));
        assertThat(source).contains(sample.strip().indent(8).stripTrailing());
    }

    @Test
    void firstSampleRuns() {
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            sample(database.dataSource());
        } finally {
            System.setOut(out);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).strip()).matches("carol_o_neil_[0-9]{8}");
    }
}
