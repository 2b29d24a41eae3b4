package dev.tenantmigrator.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenantmigrator.cli.setup.CliContext;
import dev.tenantmigrator.cli.setup.Terminal;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Runs the command line inside this JVM, in a working directory of its own. */
final class Cli {

    static final Path SAMPLE = Path.of("../../migrations-sample");

    /** The versions of the sample. */
    static final String INITIAL_SCHEMA = "20241218_initial_schema";

    static final String ADD_PREFERENCES = "20241220_add_preferences";

    private final Path directory;
    private final Map<String, String> environment = new HashMap<>();
    private Optional<Terminal> terminal = Optional.empty();
    private Clock clock = Clock.systemUTC();

    Cli(Path directory) {
        this.directory = directory;
        // Wide enough that no text is wrapped. Tests of the layout set another width.
        environment.put("COLUMNS", "2000");
    }

    static Cli on(TestDatabase database, Path directory) {
        return new Cli(directory)
                .with("TENANT_MIGRATOR_URL", database.jdbcUrl())
                .with("TENANT_MIGRATOR_USER", database.user())
                .with("TENANT_MIGRATOR_PASSWORD", database.password());
    }

    Cli with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    Cli without(String variable) {
        environment.remove(variable);
        return this;
    }

    Cli at(Instant time) {
        clock = Clock.fixed(time, ZoneOffset.UTC);
        return this;
    }

    /** Adds a terminal at which an operator gives this answer to each question. */
    Cli answering(String answer) {
        return answering(() -> answer);
    }

    /** Adds a terminal at which an operator does something before each answer. */
    Cli answering(Supplier<String> answer) {
        terminal = Optional.of(new Terminal() {
            @Override
            public String ask(String question) {
                return answer.get();
            }

            @Override
            public String askSecret(String question) {
                return answer.get();
            }
        });
        return this;
    }

    Cli withSample() {
        try (Stream<Path> files = Files.walk(SAMPLE)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                write("migrations/" + SAMPLE.relativize(file), Files.readString(file));
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Cli withMigration(String version, String up, String down) {
        write("migrations/" + version + "/migration.sql", up);
        return write("migrations/" + version + "/rollback.sql", down);
    }

    Cli write(String file, String text) {
        try {
            Path path = directory.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path directory() {
        return directory;
    }

    Result run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CliContext context = new CliContext(
                new PrintWriter(out, true), new PrintWriter(err, true), environment, directory, terminal, false, clock);
        return new Result(Main.run(context, args), out.toString(), err.toString());
    }

    /** Runs a command with {@code --json} and checks its exit code. */
    JsonNode json(int exitCode, String... args) {
        Result result = run(Stream.concat(Stream.of("--json"), Stream.of(args)).toArray(String[]::new));
        if (result.exitCode() != exitCode) {
            throw new AssertionError(List.of(args) + " ended with " + result);
        }
        return result.json();
    }

    /** Registers a user and returns the tenant's schema. */
    String register(String... usernameAndOptions) {
        String[] args = Stream.concat(Stream.of("register"), Stream.of(usernameAndOptions))
                .toArray(String[]::new);
        return json(0, args).at("/tenants/0/schema").asText();
    }

    /** The outcomes of all tenants in a JSON document. */
    static List<String> outcomes(JsonNode document) {
        return StreamSupport.stream(document.at("/tenants").spliterator(), false)
                .map(tenant -> tenant.at("/outcome").asText())
                .toList();
    }

    /** The outcome of the first tenant in a JSON document. */
    static String outcome(JsonNode document) {
        return outcomes(document).get(0);
    }

    /** The elements of an array of texts. */
    static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    record Result(int exitCode, String out, String err) {
        JsonNode json() {
            try {
                return new ObjectMapper().readTree(out);
            } catch (IOException e) {
                throw new AssertionError("not a JSON document: " + this, e);
            }
        }

        String all() {
            return out + err;
        }
    }
}
