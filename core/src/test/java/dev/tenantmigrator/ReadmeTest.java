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

    private final TestDatabase database;

    ReadmeTest(TestDatabase database) {
        this.database = database;
    }

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

    @Test
    void firstSampleIsWhatIsRunHere() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        int start = readme.indexOf("```java\n") + "```java\n".length();
        String sample = readme.substring(start, readme.indexOf("```\n", start));
        String source = Files.readString(Path.of("core/src/test/java/dev/tenantmigrator/ReadmeTest.java"));
        assertThat(words(source)).contains(words(sample));
    }

    /** The formatter may break the lines of one of the two elsewhere. */
    private static String words(String code) {
        return code.replaceAll("\\s+", " ").strip();
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
