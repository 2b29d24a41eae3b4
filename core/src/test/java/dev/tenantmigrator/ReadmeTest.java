package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.Document.Block;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The README and all other documents: their links lead somewhere, and their Java samples compile and run.
 *
 * <p>A sample in a block {@code ```java} is compiled; unless it declares types, it also runs. {@code ```java excerpt} is a piece of
 * an example, which that module compiles and tests: such samples need Spring, which core's tests do not have. {@code ```java
 * no-compile} needs a library that no module has: Hibernate, jOOQ, and Spring where no example does what the sample shows.
 */
class ReadmeTest {

    private static final Path README = Path.of("README.md");
    private static final int LONGEST_README = 220;

    static List<Document> documents() {
        return Document.all();
    }

    @Test
    void theReadmeIsShort() {
        assertThat(Document.read(README).lines()).hasSizeLessThanOrEqualTo(LONGEST_README);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void linksLeadSomewhere(Document document) {
        assertThat(document.links())
                .filteredOn(link -> !leadsSomewhere(document, link))
                .isEmpty();
    }

    private static boolean leadsSomewhere(Document document, String link) {
        String[] parts = link.split("#", 2);
        Path file = parts[0].isEmpty()
                ? document.path()
                : Path.of("").resolve(document.path()).resolveSibling(parts[0]).normalize();
        return Files.exists(file)
                && (parts.length == 1 || Document.read(file).anchors().contains(parts[1]));
    }

    @ParameterizedTest
    @MethodSource("documents")
    void samplesCompileAndRun(Document document) throws Exception {
        DocumentSamples samples = DocumentSamples.compile(document);
        for (Block sample : samples.runnable()) {
            try {
                printedBy(() -> samples.run(sample));
            } catch (Exception e) {
                throw new AssertionError("The sample on line " + sample.line() + " of " + document + " failed", e);
            }
        }
    }

    @Test
    void theFirstSamplePrintsWhatItSays() throws Exception {
        DocumentSamples samples = DocumentSamples.compile(Document.read(README));
        Block first = samples.runnable().get(0);
        assertThat(first.code()).contains("carol_o_neil_12345678");
        assertThat(printedBy(() -> samples.run(first)).strip()).matches("carol_o_neil_[0-9]{8}");
    }

    @ParameterizedTest
    @MethodSource("documents")
    void samplesOfJavaAreOfAKnownKind(Document document) {
        assertThat(document.blocks())
                .extracting(Block::info)
                .filteredOn(info -> info.startsWith("java"))
                .isSubsetOf("java", "java excerpt", "java no-compile");
    }

    @Test
    void excerptsStandInTheExamples() throws IOException {
        List<String> sources = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("examples"))) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .map(ReadmeTest::words)
                    .forEach(sources::add);
        }
        for (Document document : documents()) {
            for (Block block : document.blocks()) {
                if (block.info().equals("java excerpt")) {
                    assertThat(sources)
                            .as("line %d of %s", block.line(), document)
                            .anyMatch(source -> source.contains(words(block.code())));
                }
            }
        }
    }

    private static String words(Path file) {
        try {
            return words(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The formatter may break lines elsewhere. */
    private static String words(String code) {
        return code.lines().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining(" "));
    }

    private interface Printing {
        void run() throws Exception;
    }

    private static String printedBy(Printing code) throws Exception {
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            code.run();
        } finally {
            System.setOut(out);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
