package dev.tenantmigrator.benchmark;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the library beside raw JDBC, Flyway and Liquibase. */
@Command(
        name = "tenant-migrator-benchmark",
        mixinStandardHelpOptions = true,
        description = {
            "Measure Tenant Migrator beside raw JDBC (the floor), Flyway, Liquibase and psql.",
            "Each has a database of its own, which is dropped at the end, on the same server."
        },
        footer = "The password comes from PGPASSWORD or .pgpass. Exit codes: 0 measured, 1 a competitor failed, 2 wrong"
                + " usage or no database.")
public final class Main implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, String> environment;

    @Option(
            names = "--url",
            description = "JDBC URL of a server on which databases can be created; without one, an embedded"
                    + " server that waits for the disk")
    private Optional<String> url = Optional.empty();

    @Option(names = "--user", description = "role that may create databases")
    private Optional<String> user = Optional.empty();

    @Option(names = "--tenants", defaultValue = "200", description = "size of the fleet (${DEFAULT-VALUE})")
    private int tenants;

    @Option(names = "--threads", defaultValue = "2", description = "threads of each competitor (${DEFAULT-VALUE})")
    private int threads;

    @Option(names = "--rounds", defaultValue = "3", description = "rounds, whose median counts (${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "<part>",
            description = "parts to run, with commas between them, out of ${COMPLETION-CANDIDATES}; all by default")
    private Set<Part> only = EnumSet.noneOf(Part.class);

    @Option(
            names = "--scale",
            paramLabel = "<tenants>",
            description =
                    "instead: the library alone, per tenant in a fleet of 100 and in one of this size, e.g. 10000;"
                            + " and a deploy to it with a heap of 64 MB")
    private Optional<Integer> scale = Optional.empty();

    @Option(names = "--json", description = "print JSON instead of a Markdown table")
    private boolean json;

    private Main(PrintStream out, PrintStream err, Map<String, String> environment) {
        this.out = out;
        this.err = err;
        this.environment = environment;
    }

    /**
     * Runs and ends the process.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        PrintStream out = System.out;
        // Whatever a competitor prints is no result.
        System.setOut(System.err);
        System.exit(run(out, System.err, System.getenv(), args));
    }

    /**
     * Runs.
     *
     * @param out where the figures go
     * @param err where progress and errors go
     * @param environment where a password may be
     * @param args see {@code --help}
     * @return the exit code
     */
    public static int run(PrintStream out, PrintStream err, Map<String, String> environment, String... args) {
        CommandLine program = new CommandLine(new Main(out, err, environment));
        return program.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .execute(args);
    }

    @Override
    public Integer call() throws Exception {
        if (tenants < 1 || threads < 1 || rounds < 1) {
            throw new ParameterException(spec.commandLine(), "--tenants, --threads and --rounds are at least 1");
        }
        if (scale.isPresent() && (scale.get() < 2 * Scale.SMALL || json || !only.isEmpty())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--scale is at least " + 2 * Scale.SMALL + ", and takes neither --json nor --only");
        }
        Server server;
        try {
            server = url.isPresent() ? Server.at(url.get(), user, environment) : Server.embedded();
        } catch (SQLException | IOException | IllegalArgumentException | IllegalStateException e) {
            err.println("There is no database to measure on: " + e.getMessage());
            return 2;
        }
        Path directory = Files.createTempDirectory("tenant-migrator-benchmark");
        try (server) {
            if (!server.notDurable().isEmpty()) {
                err.println(
                        "These settings of the server are off, so that figures tell little: " + server.notDurable());
            }
            if (scale.isPresent()) {
                out.println(new Scale(server, directory, scale.get(), threads, err::println).run());
                return 0;
            }
            Setup setup =
                    new Setup(server, directory, Benchmark.names("tenant_", tenants), threads, rounds, err::println);
            Figures figures = new Benchmark(setup, only.isEmpty() ? EnumSet.allOf(Part.class) : only).run();
            out.println(json ? figures.json() : figures.markdown());
            return 0;
        } catch (Exception e) {
            err.println("The benchmark failed:");
            e.printStackTrace(err);
            return 1;
        } finally {
            delete(directory);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
