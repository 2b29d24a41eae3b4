package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.Failure;
import org.junit.jupiter.api.Test;

class FailureTest {

    /** Failures go to logs. */
    @Test
    void namesCannotAddALineToALog() {
        assertThat(Failure.of("no")
                        .inTenant("a\nWARN forged")
                        .ofVersion("1\u001b[31m")
                        .inFile("f\r.sql")
                        .onLine(3))
                .hasToString("no [tenant a?WARN forged, version 1?[31m, f?.sql:3]");
    }
}
