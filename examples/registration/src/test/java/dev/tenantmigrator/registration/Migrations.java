package dev.tenantmigrator.registration;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A directory with the sample's migrations and additional ones, as in a newer release of the application. */
record Migrations(Path directory) {

    /** The versions of the current release. */
    static final List<String> SAMPLE = List.of("20241218_initial_schema", "20241220_add_preferences");

    static Migrations copyTo(Path directory) throws IOException, URISyntaxException {
        URL sample = Objects.requireNonNull(Migrations.class.getResource("/tenant-migrations"));
        Path from = Path.of(sample.toURI());
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = directory.resolve(from.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
        return new Migrations(directory);
    }

    Migrations add(String version, String sql) throws IOException {
        Path migration = Files.createDirectories(directory.resolve(version));
        Files.writeString(migration.resolve("migration.sql"), sql);
        return this;
    }

    /** The application's property. */
    String property() {
        return "tenant-migrator.migrations=" + directory;
    }
}
