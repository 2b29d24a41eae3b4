package dev.tenantmigrator.cli.setup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class InterruptionTest {

    private final StringWriter err = new StringWriter();

    @Test
    void theCommandIsInterruptedAndItsReportWaitedFor() throws Exception {
        Interruption interruption = new Interruption(new PrintWriter(err, true));
        interruption.begin();
        Thread hook = start(interruption);
        while (!Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
        }
        interruption.end();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(hook.isAlive()).isTrue();
        interruption.close();
        hook.join(TimeUnit.SECONDS.toMillis(10));
        assertThat(hook.isAlive()).isFalse();
        assertThat(err)
                .hasToString("interrupted: tenants in work are finished within a minute, no others begun"
                        + System.lineSeparator());
    }

    @Test
    void whoeverIsDoneIsOnlyWaitedFor() throws Exception {
        Interruption interruption = new Interruption(new PrintWriter(err, true));
        interruption.begin();
        interruption.end();
        Thread hook = start(interruption);
        interruption.close();
        hook.join();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void ctrlCIsHeardOnceMoreAndOnceMore() {
        AtomicInteger ended = new AtomicInteger();
        try (Interruption interruption = new Interruption(new PrintWriter(err, true), ended::incrementAndGet)) {
            interruption.begin();
            assertThat(interruption.interrupted()).isFalse();

            interruption.interrupt();
            assertThat(interruption.cancellation().isCancelled()).isTrue();
            assertThat(Thread.interrupted()).isTrue();
            interruption.interrupt();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(ended).hasValue(0);
            interruption.interrupt();

            assertThat(ended).hasValue(1);
            assertThat(interruption.interrupted()).isTrue();
            assertThat(err.toString().lines().map(line -> line.replaceFirst(":.*", "")))
                    .containsExactly("interrupted", "interrupted again", "ended without a report");
            interruption.end();
        }
    }

    private static Thread start(Interruption interruption) {
        Thread hook = new Thread(interruption::terminate);
        hook.start();
        return hook;
    }
}
