package dev.tenantmigrator.internal.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WaitReminderTest {

    @Test
    void saysAgainAndAgainWhatRunsAndWhomToAsk() throws InterruptedException {
        BlockingQueue<String> said = new LinkedBlockingQueue<>();

        WaitReminder waits =
                new WaitReminder(Duration.ofMillis(1), Duration.ofMillis(1), "ada: index.sql:3", 4711, said::add);
        try {
            for (int i = 0; i < 2; i++) {
                assertThat(said.poll(30, TimeUnit.SECONDS))
                        .startsWith("ada: index.sql:3 has been running for ")
                        .contains("pg_blocking_pids(4711)");
            }
        } finally {
            waits.close();
        }
    }
}
