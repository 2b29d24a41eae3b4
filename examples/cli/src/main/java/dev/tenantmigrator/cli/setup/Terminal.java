package dev.tenantmigrator.cli.setup;

import java.io.Console;
import java.io.IOException;
import java.util.Optional;
import org.jline.terminal.TerminalBuilder;

/** Asks the operator. */
public interface Terminal {

    /**
     * Reads a line.
     *
     * @param question the prompt
     * @return the answer; empty text at the end of input
     */
    String ask(String question);

    /**
     * Reads a line without echo.
     *
     * @param question the prompt
     * @return the answer; empty text at the end of input
     */
    String askSecret(String question);

    /** The number of columns; 0 if it is not known. */
    default int width() {
        return 0;
    }

    /** The terminal of the process. */
    static Terminal of(Console console) {
        return new Terminal() {
            @Override
            public String ask(String question) {
                return Optional.ofNullable(console.readLine("%s", question)).orElse("");
            }

            @Override
            public String askSecret(String question) {
                return Optional.ofNullable(console.readPassword("%s", question))
                        .map(String::new)
                        .orElse("");
            }

            @Override
            public int width() {
                try (org.jline.terminal.Terminal terminal =
                        TerminalBuilder.builder().system(true).dumb(true).build()) {
                    return terminal.getWidth();
                } catch (IOException e) {
                    return 0;
                }
            }
        };
    }
}
