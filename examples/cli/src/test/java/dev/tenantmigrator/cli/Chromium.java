package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Opens pages in Debian's Chromium without a window. */
final class Chromium {

    private static final Path PROGRAM = Path.of("/usr/bin/chromium");

    private final Path directory;

    /**
     * For one test.
     *
     * @param directory a directory for the profile and the log
     */
    Chromium(Path directory) {
        Assumptions.assumeTrue(
                Files.isExecutable(PROGRAM),
                PROGRAM + " is not installed: the page is not opened in a browser; apt-get install chromium");
        this.directory = directory;
    }

    /** The elements of a page after its script ran, without its scripts and data. The browser's console must be empty. */
    String open(Path page, String fragment) throws IOException, InterruptedException {
        String all = whole(page, fragment);
        return all.substring(all.indexOf("<body>"), all.indexOf("<script "));
    }

    /** As above, with everything. */
    String whole(Path page, String fragment) throws IOException, InterruptedException {
        return run("--dump-dom", page.toUri() + fragment);
    }

    /** Writes a picture of the page's beginning. */
    void screenshot(Path page, Path picture, boolean dark) throws IOException, InterruptedException {
        Files.deleteIfExists(picture);
        List<String> arguments = new ArrayList<>(
                List.of("--screenshot=" + picture.toAbsolutePath(), "--window-size=1200,2400", "--hide-scrollbars"));
        if (dark) {
            arguments.add("--blink-settings=preferredColorScheme=0");
        }
        arguments.add(page.toUri().toString());
        run(arguments.toArray(String[]::new));
        assertThat(picture).isNotEmptyFile();
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        Path log = directory.resolve("console.log");
        Path out = directory.resolve("out.html");
        Process process = new ProcessBuilder(Stream.concat(
                                Stream.of(
                                        PROGRAM.toString(),
                                        "--headless=new",
                                        "--no-sandbox",
                                        "--disable-gpu",
                                        "--disable-dev-shm-usage",
                                        "--user-data-dir=" + directory.resolve("profile"),
                                        "--enable-logging=stderr"),
                                Stream.of(arguments))
                        .toList())
                .redirectOutput(out.toFile())
                .redirectError(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as("the browser ended")
                    .isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String text = Files.readString(log, StandardCharsets.ISO_8859_1);
        assertThat(process.exitValue()).as(text).isZero();
        assertThat(text.lines().filter(line -> line.contains(":CONSOLE"))).isEmpty();
        return Files.readString(out);
    }
}
