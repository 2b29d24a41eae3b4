package dev.tenantmigrator.cli.setup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressCounterTest {

    private final AtomicLong now = new AtomicLong();

    @Test
    void showsRateRemainingTimeAndFailures() {
        ProgressCounter counter = new ProgressCounter(1000, "tenant", now::get);
        assertThat(counter.line()).isEqualTo("0 of 1000 tenants, 0 failed");
        for (int i = 0; i < 250; i++) {
            counter.step();
        }
        counter.fail();
        now.addAndGet(Duration.ofSeconds(25).toNanos());
        assertThat(counter.line()).isEqualTo("250 of 1000 tenants, 1 failed, 10.0/s, about 1 min 15 s left");
    }

    @Test
    void namesTheStepInsteadOfFailures() {
        ProgressCounter counter = ProgressCounter.ofStep(1000, "read", now::get);
        counter.set(250);
        now.addAndGet(Duration.ofSeconds(25).toNanos());
        assertThat(counter.line()).isEqualTo("250 of 1000 tenants read, 10.0/s, about 1 min 15 s left");
    }

    @Test
    void usesTheSingularForOneTenant() {
        assertThat(new ProgressCounter(1, "tenant", now::get).line()).isEqualTo("0 of 1 tenant, 0 failed");
        assertThat(new ProgressCounter(2, "spare", now::get).line()).isEqualTo("0 of 2 spares, 0 failed");
    }
}
