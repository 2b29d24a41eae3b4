package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Output that the document shows is the output of today. {@code -Dgolden.write=true} writes it into the document. */
final class Capture {

    private static final Path DOCUMENT = Path.of("README.md");

    private Capture() {}

    /**
     * Compares an output with the text below this prompt and command, up to the next prompt or the end of the block. Eight digits after
     * a user's name are no difference.
     */
    static void assertCaptured(String command, String out) throws IOException {
        String now = out.replaceAll("_[0-9]{8}(?![0-9_])", "_12345678");
        String document = Files.readString(DOCUMENT);
        String prompt = "$ " + command + "\n";
        assertThat(document).containsOnlyOnce(prompt);
        int start = document.indexOf(prompt) + prompt.length();
        int next = document.indexOf("\n$ ", start - 1) + 1;
        int block = document.indexOf("```", start);
        int end = next > 0 && next < block ? next : block;
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(DOCUMENT, document.substring(0, start) + now + document.substring(end));
        } else {
            assertThat(document.substring(start, end)).isEqualTo(now);
        }
    }
}
