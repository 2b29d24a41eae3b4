package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {

    @Test
    void everyStepDoesWhatItTells(@TempDir Path directory) {
        Cli.Result result = new Cli(directory).run("demo");
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.out()).contains("Demo passed");
        assertThat(directory).isEmptyDirectory();
    }
}
