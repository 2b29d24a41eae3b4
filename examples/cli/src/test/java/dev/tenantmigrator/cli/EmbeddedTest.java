package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.cli.setup.EmbeddedServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedTest {

    @TempDir
    private Path directory;

    @Test
    void remembersBetweenCommands() {
        Cli cli = new Cli(directory).withSample();
        String tenant = cli.register("ada", "--embedded");
        assertThat(cli.run("--embedded", "list").out()).contains(tenant);
        assertThat(directory.resolve(".tenant-migrator/data/postmaster.pid")).doesNotExist();
    }

    @Test
    void waitsForTheDisk() throws Exception {
        try (EmbeddedServer server = EmbeddedServer.start(directory, new PrintWriter(new StringWriter()));
                Connection connection = DriverManager.getConnection(server.url(), server.user(), server.password());
                Statement statement = connection.createStatement()) {
            for (String setting : new String[] {"fsync", "synchronous_commit", "full_page_writes"}) {
                try (ResultSet row = statement.executeQuery("SHOW " + setting)) {
                    row.next();
                    assertThat(row.getString(1)).as(setting).isEqualTo("on");
                }
            }
        }
    }
}
