package dev.tenantmigrator.cli.setup;

import java.io.Console;
import java.util.Optional;

/** Somebody who can be asked. */
public interface Terminal {

    /**
     * Asks for a line.
     *
     * @param question shown as it is
     * @return the answer; empty text at the end of input
     */
    String ask(String question);

    /**
     * Asks for a secret, which is not shown while it is typed.
     *
     * @param question shown as it is
     * @return the answer; empty text at the end of input
     */
    String askSecret(String question);

    /** The process's own terminal. */
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
        };
    }
}
