package dev.tenantmigrator.cli.setup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** The progress bar and the lines of others, as a terminal shows them. */
class LinesAboveBarTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final LinesAboveBar bar = new LinesAboveBar(new PrintStream(bytes, true, StandardCharsets.UTF_8), 40);
    private final PrintStream lines = new PrintStream(bar, true, StandardCharsets.UTF_8);

    @Test
    void aLineStandsAboveTheBar() {
        bar.accept("deploy 10%");
        lines.println("WARN über etwas");
        bar.accept("deploy 20%");
        assertThat(screen()).containsExactly("WARN über etwas", "deploy 20%");
    }

    @Test
    void aLineInPiecesIsNotTornByTheBar() {
        bar.accept("deploy 10% of all the tenants");
        lines.print("WARN ");
        bar.accept("deploy 20%");
        lines.println("something");
        assertThat(screen()).containsExactly("WARN something", "deploy 20%");
    }

    @Test
    void theEndLeavesTheBarAndWhatWasNotEnded() {
        bar.accept("deploy 100%");
        lines.print("no end of line");
        bar.close();
        assertThat(screen()).containsExactly("deploy 100%", "no end of line");
    }

    @Test
    void noLineIsLostBetweenDrawings() throws InterruptedException {
        CountDownLatch start = new CountDownLatch(1);
        Thread drawing = new Thread(() -> {
            start.countDown();
            for (int i = 0; i < 500; i++) {
                bar.accept("deploy " + i);
            }
        });
        drawing.start();
        start.await();
        for (int i = 0; i < 500; i++) {
            lines.println("line " + i);
        }
        drawing.join();
        List<String> screen = screen();
        assertThat(screen).hasSize(501).endsWith("line 499", "deploy 499");
        assertThat(screen.subList(0, 500)).allMatch(line -> line.matches("line \\d+"));
    }

    @Test
    void theBarLeavesTheLastColumnFree() {
        assertThat(bar.getMaxRenderedLength()).isEqualTo(39);
    }

    /** The lines after each carriage return and line feed had its effect. */
    private List<String> screen() {
        List<String> screen = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        int column = 0;
        for (char letter : bytes.toString(StandardCharsets.UTF_8).toCharArray()) {
            if (letter == '\n') {
                screen.add(line.toString().stripTrailing());
                line.setLength(0);
                column = 0;
            } else if (letter == '\r') {
                column = 0;
            } else {
                if (column < line.length()) {
                    line.setCharAt(column, letter);
                } else {
                    line.append(letter);
                }
                column++;
            }
        }
        if (!line.toString().isBlank()) {
            screen.add(line.toString().stripTrailing());
        }
        return screen;
    }
}
