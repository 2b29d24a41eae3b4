package dev.tenantmigrator.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The packages that read SQL form layers without a cycle, and none of them needs a database. */
class PackageOrderTest {

    private static final List<String> LAYERS =
            List.of("", "lex", "template", "copy", "rules", "nontransactional", "advice", "rewrite");

    private static final Path SOURCES = Path.of("core/src/main/java/dev/tenantmigrator/internal/sql");

    private static final Pattern IMPORT =
            Pattern.compile("import (?:static )?dev\\.tenantmigrator\\.internal\\.sql\\.(?:([a-z]+)\\.)?[A-Z]");

    @Test
    void eachPackageUsesOnlyThoseBelowIt() throws IOException {
        List<String> upward = new ArrayList<>();
        for (Path file : sources()) {
            int layer = LAYERS.indexOf(SOURCES.relativize(file.getParent()).toString());
            assertThat(layer).as("layer of %s", file).isNotNegative();
            Matcher imports = IMPORT.matcher(Files.readString(file));
            while (imports.find()) {
                String imported = imports.group(1) == null ? "" : imports.group(1);
                if (LAYERS.indexOf(imported) > layer) {
                    upward.add(file + " imports from " + imported);
                }
            }
        }
        assertThat(upward).isEmpty();
    }

    @Test
    void noneOfThemKnowsJdbc() throws IOException {
        for (Path file : sources()) {
            assertThat(Files.readString(file)).as(file.toString()).doesNotContain("java.sql", "javax.sql");
        }
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            List<Path> sources =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            assertThat(sources).hasSizeGreaterThan(LAYERS.size());
            return sources;
        }
    }
}
