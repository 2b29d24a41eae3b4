package dev.tenantmigrator.cli.setup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.TimeUnit;
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

    private static Thread start(Interruption interruption) {
        Thread hook = new Thread(interruption::interrupt);
        hook.start();
        return hook;
    }
}
