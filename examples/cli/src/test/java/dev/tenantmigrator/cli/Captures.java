package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Output of commands in the document: each is the output of today. */
final class Captures {

    private static final Path DOCUMENT = Path.of("README.md");

    private Captures() {}

    /** Compares the output of a command with its capture, which begins with the command and ends with its block or the next command. */
    static void check(String command, String out) throws IOException {
        String document = Files.readString(DOCUMENT);
        assertThat(document).contains(command);
        int start = document.indexOf(command) + command.length();
        int next = document.indexOf("\n$ ", start - 1) + 1;
        int block = document.indexOf("```", start);
        int end = next > 0 && next < block ? next : block;
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(DOCUMENT, document.substring(0, start) + out + document.substring(end));
        } else {
            assertThat(document.substring(start, end)).isEqualTo(out);
        }
    }
}
