package dev.tenantmigrator.internal.source;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.MigrationSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Reads migrations from a directory on the class path. Jars are read through {@link JarURLConnection}, which also works for jars
 * inside a jar (Spring Boot).
 */
public final class ClasspathSource implements MigrationSource {

    private static final String SCHEME = "classpath:";

    private final String path;
    private final ClassLoader classLoader;

    /**
     * @param path a directory on the class path
     * @param classLoader that has the directory
     */
    public ClasspathSource(String path, ClassLoader classLoader) {
        this.path = path.replaceAll("^/+|/+$", "");
        this.classLoader = classLoader;
    }

    @Override
    public List<Migration> read() {
        List<Migration> migrations = new ArrayList<>();
        try {
            List<URL> roots = Collections.list(classLoader.getResources(path));
            for (URL root : roots) {
                migrations.addAll(read(root));
            }
            if (roots.isEmpty()) {
                throw new InvalidMigrationException("there is no such directory on the class path", SCHEME + path);
            }
        } catch (IOException e) {
            throw SourceFiles.unreadable(SCHEME + path, e);
        }
        return migrations;
    }

    private List<Migration> read(URL root) throws IOException {
        if (root.getProtocol().equals("file")) {
            return new DirectorySource(directory(root), SCHEME + path).read();
        }
        URLConnection connection = root.openConnection();
        if (!(connection instanceof JarURLConnection jar)) {
            throw new InvalidMigrationException(
                    "cannot be listed: use a directory or a jar, not " + root.getProtocol() + ':', SCHEME + path);
        }
        // A cached JarFile is shared with the class loader and must stay open; this one can be closed.
        jar.setUseCaches(false);
        try (JarFile file = jar.getJarFile()) {
            String prefix = jar.getEntryName().replaceAll("/+$", "") + '/';
            return read(file, prefix);
        }
    }

    private static Path directory(URL root) throws IOException {
        try {
            return Path.of(root.toURI());
        } catch (URISyntaxException e) {
            // A class loader made the URL without encoding the path.
            return Path.of(root.getPath());
        }
    }

    private List<Migration> read(JarFile jar, String prefix) throws IOException {
        Map<String, Map<String, MigrationScript>> directories = new TreeMap<>();
        for (JarEntry entry : Collections.list(jar.entries())) {
            if (!entry.getName().startsWith(prefix)) {
                continue;
            }
            String[] parts = entry.getName().substring(prefix.length()).split("/", -1);
            boolean inDirectory = parts.length > 1;
            if (parts[0].isEmpty() || parts[0].startsWith(".")) {
                continue;
            }
            String location = SCHEME + path + '/' + VersionNames.printable(parts[0]);
            if (!inDirectory) {
                SourceFiles.check(location, parts[0], () -> content(jar, entry, location));
                continue;
            }
            Map<String, MigrationScript> scripts = directories.computeIfAbsent(parts[0], name -> new TreeMap<>());
            if (parts.length == 2 && (parts[1].equals("migration.sql") || parts[1].equals("rollback.sql"))) {
                String file = location + '/' + parts[1];
                scripts.put(parts[1], new MigrationScript(file, content(jar, entry, file)));
            }
        }
        List<Migration> migrations = new ArrayList<>();
        directories.forEach((version, scripts) -> migrations.add(migration(version, scripts)));
        return migrations;
    }

    private static byte[] content(JarFile jar, JarEntry entry, String location) throws IOException {
        SourceFiles.requireSendable(entry.getSize(), location);
        try (InputStream content = jar.getInputStream(entry)) {
            return content.readAllBytes();
        }
    }

    private Migration migration(String version, Map<String, MigrationScript> scripts) {
        MigrationScript up = Optional.ofNullable(scripts.get("migration.sql"))
                .orElseThrow(() -> new InvalidMigrationException(
                        "the directory has no migration.sql; add one or remove the directory",
                        SCHEME + path + '/' + VersionNames.printable(version)));
        return new Migration(version, up, Optional.ofNullable(scripts.get("rollback.sql")));
    }
}
