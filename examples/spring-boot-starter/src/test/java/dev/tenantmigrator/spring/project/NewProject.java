package dev.tenantmigrator.spring.project;

import dev.tenantmigrator.support.TestDatabase;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * A project that is made from the template in {@code src/test/template}, outside of the tree, compiled, and started as a process of its
 * own.
 */
final class NewProject {

    private static final Path TEMPLATE = Path.of("src", "test", "template");
    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

    /** The jars that the tests of the starter need beside the dependencies of the template's {@code pom.xml}. */
    private static final Pattern OTHER = Pattern.compile(
            "test-classes|tests\\.jar|flyway|liquibase|jooq|hibernate|jpa|junit|assertj|spring-test|boot-test|zonky|testcontainers");

    private final Path directory;

    private NewProject(Path directory) {
        this.directory = directory;
    }

    /** Copies the template and compiles it. */
    static NewProject make(Path directory) throws IOException {
        for (Path file : templateFiles()) {
            Path copy = directory.resolve(TEMPLATE.relativize(file).toString());
            Files.createDirectories(copy.getParent());
            Files.copy(file, copy);
        }
        Path classes = Files.createDirectories(directory.resolve("target/classes"));
        int result = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-d",
                        classes.toString(),
                        "-cp",
                        dependencies(),
                        directory.resolve("src/main/java/demo/App.java").toString());
        if (result != 0) {
            throw new AssertionError("the template does not compile");
        }
        return new NewProject(directory);
    }

    static List<Path> templateFiles() throws IOException {
        try (Stream<Path> files = Files.walk(TEMPLATE)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static String dependencies() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !OTHER.matcher(entry).find())
                .collect(Collectors.joining(File.pathSeparator));
    }

    void addMigration(String version, String sql) throws IOException {
        Path migration =
                directory.resolve("src/main/resources/tenant-migrations").resolve(version);
        Files.writeString(Files.createDirectories(migration).resolve("migration.sql"), sql);
    }

    Running start(TestDatabase database, String... properties) throws IOException {
        List<String> command = Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                directory.resolve("target/classes")
                                        + File.pathSeparator
                                        + directory.resolve("src/main/resources")
                                        + File.pathSeparator
                                        + dependencies(),
                                "demo.App",
                                "--server.port=0"),
                        Stream.of(properties).map(property -> "--" + property))
                .toList();
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("DATABASE_URL", database.jdbcUrl());
        builder.environment().put("DATABASE_USER", database.user());
        builder.environment().put("DATABASE_PASSWORD", database.password());
        long begin = System.nanoTime();
        return Running.await(builder.start(), begin);
    }

    /** The application, serving. */
    record Running(Process process, int port, long startMillis, List<String> log) implements AutoCloseable {

        private static final HttpClient CLIENT = HttpClient.newHttpClient();

        /** Reads the log until the port is open. */
        private static Running await(Process process, long begin) throws IOException {
            List<String> log = new CopyOnWriteArrayList<>();
            BufferedReader reader = process.inputReader();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                log.add(line);
                Matcher port = PORT.matcher(line);
                if (port.find()) {
                    Thread rest = new Thread(() -> reader.lines().forEach(log::add), "log");
                    rest.setDaemon(true);
                    rest.start();
                    return new Running(
                            process, Integer.parseInt(port.group(1)), (System.nanoTime() - begin) / 1_000_000, log);
                }
            }
            throw new AssertionError("the application did not start:\n" + String.join("\n", log));
        }

        HttpResponse<String> get(String path) throws IOException, InterruptedException {
            return CLIENT.send(request(path).build(), BodyHandlers.ofString());
        }

        /** A request of a tenant. */
        HttpResponse<String> get(String path, String tenant) throws IOException, InterruptedException {
            return CLIENT.send(request(path).header("X-Tenant", tenant).build(), BodyHandlers.ofString());
        }

        HttpResponse<String> post(String path) throws IOException, InterruptedException {
            return CLIENT.send(request(path).POST(BodyPublishers.noBody()).build(), BodyHandlers.ofString());
        }

        private HttpRequest.Builder request(String path) {
            return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().join();
        }
    }
}
