package dev.tenantmigrator.cli.setup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class InterruptHandlerTest {

    private final StringWriter err = new StringWriter();

    @Test
    void theHookInterruptsTheCommandAndWaitsForItsReport() throws Exception {
        InterruptHandler interrupts = new InterruptHandler(new PrintWriter(err, true));
        interrupts.begin();
        Thread hook = start(interrupts);
        while (!Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
        }
        interrupts.end();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(hook.isAlive()).isTrue();
        interrupts.close();
        hook.join(TimeUnit.SECONDS.toMillis(10));
        assertThat(hook.isAlive()).isFalse();
        assertThat(err)
                .hasToString("interrupted: finishing the tenants in work within a minute, starting no others"
                        + System.lineSeparator());
    }

    @Test
    void aFinishedRunIsNotInterrupted() throws Exception {
        InterruptHandler interrupts = new InterruptHandler(new PrintWriter(err, true));
        interrupts.begin();
        interrupts.end();
        Thread hook = start(interrupts);
        interrupts.close();
        hook.join();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void theThirdCtrlCEndsTheProcess() {
        AtomicInteger ended = new AtomicInteger();
        try (InterruptHandler interrupts = new InterruptHandler(new PrintWriter(err, true), ended::incrementAndGet)) {
            interrupts.begin();
            assertThat(interrupts.interrupted()).isFalse();

            interrupts.interrupt();
            assertThat(interrupts.cancellation().isCancelled()).isTrue();
            assertThat(Thread.interrupted()).isTrue();
            interrupts.interrupt();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(ended).hasValue(0);
            interrupts.interrupt();

            assertThat(ended).hasValue(1);
            assertThat(interrupts.interrupted()).isTrue();
            assertThat(err.toString().lines().map(line -> line.replaceFirst(":.*", "")))
                    .containsExactly("interrupted", "interrupted again", "ended without a report");
            interrupts.end();
        }
    }

    private static Thread start(InterruptHandler interrupts) {
        Thread hook = new Thread(interrupts::terminate);
        hook.start();
        return hook;
    }
}
