package dev.tenantmigrator.cli.setup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ShellCommandCheckTest {

    private static final FleetReport REPORT = new FleetReport(
            List.of(
                    new TenantOutcome.Migrated("a", List.of()),
                    new TenantOutcome.UpToDate("b"),
                    new TenantOutcome.Failed("c", List.of(), Failure.of("no"))),
            Duration.ZERO);

    private final StringWriter err = new StringWriter();

    @Test
    void theCommandSeesTheNumbersAndItsOutputIsShown() {
        assertThat(check("echo $ROLLOUT_DONE $ROLLOUT_CHANGED $ROLLOUT_FAILED; echo too >&2", 10)
                        .test(REPORT))
                .isTrue();
        assertThat(err.toString().lines()).containsExactly("3 1 1", "too");
    }

    @Test
    void anotherExitCodeEndsTheRun() {
        assertThatThrownBy(() -> check("exit 3", 10).test(REPORT)).hasMessage("--check ended with exit code 3");
    }

    @Test
    void aCommandOverItsLimitIsEnded() {
        assertThatThrownBy(() -> check("sleep 1000 & sleep 1000", 1).test(REPORT))
                .hasMessage("--check took more than 1 s");
    }

    @Test
    void anInterruptEndsTheCommand() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> check("sleep 1000", 10).test(REPORT)).hasMessage("--check was interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    private ShellCommandCheck check(String command, int seconds) {
        CliContext context = new CliContext(
                new PrintWriter(Writer.nullWriter()),
                new PrintWriter(err, true),
                Map.of(),
                Path.of(""),
                Optional.empty(),
                false,
                Clock.systemUTC());
        return new ShellCommandCheck(command, context, Duration.ofSeconds(seconds));
    }
}
