package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.contract.MigrationSourceContract;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClasspathSourceTest {

    private static final String ROOT = "db/the tenants+%41";

    @Nested
    class InADirectory extends MigrationSourceContract {

        @TempDir
        private Path temporary;

        /** Its URL has escapes. */
        private Path directory = Path.of("");

        private URLClassLoader loader = new URLClassLoader(new URL[0]);

        @BeforeEach
        void chooseAnOddPath() {
            directory = temporary.resolve("a b+%20#é");
        }

        @Override
        protected MigrationSource source(Map<String, byte[]> files) throws IOException {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Path path = directory.resolve(ROOT).resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.write(path, file.getValue());
            }
            loader = new URLClassLoader(new URL[] {directory.toUri().toURL()}, null);
            return MigrationSource.classpath(ROOT, loader);
        }

        @Override
        protected void clear() throws IOException {
            loader.close();
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.filter(path -> !path.equals(directory))
                        .sorted(Comparator.reverseOrder())
                        .toList()) {
                    Files.delete(file);
                }
            }
        }

        @AfterEach
        void close() throws IOException {
            loader.close();
        }
    }

    @Nested
    class InAJar extends MigrationSourceContract {

        @TempDir
        private Path directory;

        private URLClassLoader loader = new URLClassLoader(new URL[0]);

        @Override
        protected MigrationSource source(Map<String, byte[]> files) throws IOException {
            Path jar = directory.resolve("a b+%20#é.jar");
            Set<String> folders = new TreeSet<>();
            try (OutputStream out = Files.newOutputStream(jar);
                    JarOutputStream entries = new JarOutputStream(out)) {
                for (Map.Entry<String, byte[]> file : files.entrySet()) {
                    String path = ROOT + '/' + file.getKey();
                    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
                        if (folders.add(path.substring(0, slash + 1))) {
                            entries.putNextEntry(new JarEntry(path.substring(0, slash + 1)));
                        }
                    }
                    entries.putNextEntry(new JarEntry(path));
                    entries.write(file.getValue());
                }
            }
            loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null);
            return MigrationSource.classpath('/' + ROOT + '/', loader);
        }

        @Override
        protected void clear() throws IOException {
            loader.close();
        }

        @AfterEach
        void close() throws IOException {
            loader.close();
        }
    }

    @Test
    void aPathThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> MigrationSource.classpath("no/such/path").read())
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("classpath:no/such/path");
    }
}
