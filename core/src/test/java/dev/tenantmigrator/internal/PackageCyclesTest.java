package dev.tenantmigrator.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No cycle between the packages under {@code internal}, and no file that is too long, read from the sources. */
class PackageCyclesTest {

    private static final Path MAIN = Path.of("core/src/main/java/dev/tenantmigrator");

    /** A longer file has more than one reason to exist (STYLE). */
    private static final int LONGEST = 300;

    /** Files over the limit: an interface, its builder, and a closed set of outcomes, most of which is Javadoc. */
    private static final Set<String> TOO_LONG =
            Set.of("TenantMigrator.java", "TenantMigratorBuilder.java", "report/TenantOutcome.java");

    private static final Pattern IMPORT =
            Pattern.compile("(?m)^import (?:static )?dev\\.tenantmigrator\\.internal\\.((?:[a-z]\\w*\\.)*)[A-Z]");

    @Test
    void noPackageNeedsItself() throws IOException {
        Map<String, Set<String>> imports = new TreeMap<>();
        for (Path file : sources("internal")) {
            String from = packageOf(file);
            Set<String> to = imports.computeIfAbsent(from, name -> new TreeSet<>());
            Matcher matcher = IMPORT.matcher(Files.readString(file));
            while (matcher.find()) {
                to.add(matcher.group(1).replaceFirst("\\.$", ""));
            }
            to.remove(from);
        }
        assertThat(imports).as("packages that were read").hasSizeGreaterThan(10);
        assertThat(cycle(imports))
                .as("a cycle of imports between packages of internal")
                .isEmpty();
    }

    @Test
    void noFileIsTooLong() throws IOException {
        Set<String> found = new TreeSet<>();
        for (Path file : sources("")) {
            if (Files.readAllLines(file).size() > LONGEST) {
                found.add(MAIN.relativize(file).toString().replace('\\', '/'));
            }
        }
        assertThat(found)
                .as("files of more than %d lines: divide new ones, remove shortened ones from the list", LONGEST)
                .isEqualTo(TOO_LONG);
    }

    private static List<Path> sources(String under) throws IOException {
        try (Stream<Path> files = Files.walk(MAIN.resolve(under))) {
            List<Path> sources =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            assertThat(sources)
                    .as("sources under %s", MAIN.resolve(under).toAbsolutePath())
                    .isNotEmpty();
            return sources;
        }
    }

    /** The package of a file under {@code internal}, e.g. {@code sql.lex}; empty for {@code internal} itself. */
    private static String packageOf(Path file) {
        return MAIN.resolve("internal")
                .relativize(file.getParent())
                .toString()
                .replace('\\', '.')
                .replace('/', '.');
    }

    private static Optional<String> cycle(Map<String, Set<String>> imports) {
        Set<String> done = new HashSet<>();
        for (String start : imports.keySet()) {
            Optional<String> found = cycle(start, imports, new ArrayDeque<>(), done);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> cycle(
            String current, Map<String, Set<String>> imports, Deque<String> path, Set<String> done) {
        if (path.contains(current)) {
            List<String> steps =
                    Stream.concat(path.stream(), Stream.of(current)).toList();
            return Optional.of(String.join(" -> ", steps.subList(steps.indexOf(current), steps.size())));
        }
        if (done.contains(current)) {
            return Optional.empty();
        }
        path.addLast(current);
        for (String next : imports.getOrDefault(current, Set.of())) {
            Optional<String> found = cycle(next, imports, path, done);
            if (found.isPresent()) {
                return found;
            }
        }
        path.removeLast();
        done.add(current);
        return Optional.empty();
    }
}
