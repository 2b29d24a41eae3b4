package dev.tenantmigrator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Markdown file of the repository, as GitHub reads it: headings, links and fenced code.
 *
 * @param path from the root of the repository
 * @param lines all lines
 * @param blocks the fenced code
 * @param prose the lines outside of fenced code
 */
record Document(Path path, List<String> lines, List<Block> blocks, List<String> prose) {

    private static final Pattern FENCE = Pattern.compile("( *)```(.*)");
    private static final Pattern CODE_SPAN = Pattern.compile("`[^`]*`");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("#+ +(.*)");

    /**
     * Fenced code.
     *
     * @param info the words behind the opening fence, e.g. {@code java}
     * @param line of the first line of code, from 1
     * @param code without the fence's indentation
     */
    record Block(String info, int line, String code) {}

    /** All documents. */
    static List<Document> all() {
        return Stream.of("README.md", "CHANGELOG.md", ".github", "core/docs", "examples")
                .map(Path::of)
                .flatMap(Document::files)
                .filter(path -> path.toString().endsWith(".md"))
                .filter(path -> !path.toString().matches(".*[/\\\\](target|src)[/\\\\].*"))
                .sorted()
                .map(Document::read)
                .toList();
    }

    private static Stream<Path> files(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Document read(Path path) {
        List<String> lines;
        try {
            lines = Files.readAllLines(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Block> blocks = new ArrayList<>();
        List<String> prose = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Matcher fence = FENCE.matcher(lines.get(i));
            if (!fence.matches()) {
                prose.add(lines.get(i));
                continue;
            }
            int first = i + 1;
            List<String> code = new ArrayList<>();
            for (i++; !lines.get(i).strip().equals("```"); i++) {
                code.add(lines.get(i).replaceFirst("^ {0," + fence.group(1).length() + "}", ""));
            }
            blocks.add(new Block(fence.group(2).strip(), first + 1, String.join("\n", code)));
        }
        return new Document(path, List.copyOf(lines), List.copyOf(blocks), List.copyOf(prose));
    }

    /** Where its links lead, but for other sites. */
    List<String> links() {
        return LINK.matcher(CODE_SPAN.matcher(String.join("\n", prose)).replaceAll(""))
                .results()
                .map(link -> link.group(1))
                .filter(target -> !target.contains(":"))
                .toList();
    }

    /** The anchors of its headings: letters in lower case, no punctuation, {@code -} for a space, numbers for repetitions. */
    Set<String> anchors() {
        Set<String> anchors = new HashSet<>();
        for (String line : prose) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                String anchor = heading.group(1)
                        .strip()
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{M}\\p{N}_ -]", "")
                        .replace(' ', '-');
                String unique = anchor;
                for (int i = 1; !anchors.add(unique); i++) {
                    unique = anchor + "-" + i;
                }
            }
        }
        return anchors;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
