package dev.tenantmigrator.cli.setup;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * Draws a progress bar on a stream, and takes the place of the stream for everybody else: it writes their lines above the bar.
 * Without it a line of the log would continue the bar's line, and the next drawing would overwrite both.
 */
final class LinesAboveBar extends OutputStream implements ProgressBarConsumer {

    private final PrintStream terminal;
    private final int width;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private String bar = "";

    /** For a terminal with some columns. */
    LinesAboveBar(PrintStream terminal, int width) {
        this.terminal = terminal;
        this.width = width;
    }

    @Override
    public int getMaxRenderedLength() {
        // A text in the last column would wrap on some terminals.
        return width - 1;
    }

    @Override
    public synchronized void accept(String drawn) {
        erase();
        bar = drawn.stripTrailing();
        terminal.print(bar);
        terminal.flush();
    }

    @Override
    public synchronized void write(int octet) {
        line.write(octet);
        if (octet == '\n') {
            erase();
            terminal.write(line.toByteArray(), 0, line.size());
            line.reset();
            terminal.print(bar);
            terminal.flush();
        }
    }

    private void erase() {
        terminal.print("\r" + " ".repeat(bar.length()) + "\r");
    }

    /** Leaves the last state of the bar, and then an unfinished line, on the terminal. */
    @Override
    public synchronized void close() {
        if (!bar.isEmpty()) {
            terminal.println();
        }
        bar = "";
        terminal.write(line.toByteArray(), 0, line.size());
        line.reset();
        terminal.flush();
    }
}
