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

/** Compares the library with raw JDBC, Flyway, Liquibase and psql. */
@Command(
        name = "tenant-migrator-benchmark",
        mixinStandardHelpOptions = true,
        description = {
            "Compare Tenant Migrator with raw JDBC (the floor), Flyway, Liquibase and psql.",
            "Each one uses a database of its own on the same server. The databases are dropped at the end."
        },
        footer = "The password comes from PGPASSWORD or .pgpass. Exit code 0: success; 1: a competitor failed; 2: wrong"
                + " usage or no database.")
public final class Main implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, String> environment;

    @Option(
            names = "--url",
            description = "JDBC URL of a server that allows the creation of databases. Default: an embedded server with"
                    + " durable settings")
    private Optional<String> url = Optional.empty();

    @Option(names = "--user", description = "role with the right to create databases")
    private Optional<String> user = Optional.empty();

    @Option(names = "--tenants", defaultValue = "200", description = "size of the fleet (${DEFAULT-VALUE})")
    private int tenants;

    @Option(names = "--threads", defaultValue = "2", description = "threads of each competitor (${DEFAULT-VALUE})")
    private int threads;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "measured rounds; the median counts (${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--no-warm-up",
            description = "measure in a cold JVM, to try the program; the figures say nothing about speed")
    private boolean cold;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "<part>",
            description = "parts to run, separated by commas: ${COMPLETION-CANDIDATES}. Default: all")
    private Set<BenchmarkPart> only = EnumSet.noneOf(BenchmarkPart.class);

    @Option(
            names = "--scale",
            paramLabel = "<tenants>",
            description =
                    "measure only the library: the time per tenant in a fleet of 100 and in a fleet of this size, e.g."
                            + " 10000, and a deploy to the large fleet with a heap of 64 MB")
    private Optional<Integer> scale = Optional.empty();

    @Option(names = "--json", description = "print JSON instead of a Markdown table")
    private boolean json;

    private Main(PrintStream out, PrintStream err, Map<String, String> environment) {
        this.out = out;
        this.err = err;
        this.environment = environment;
    }

    /**
     * Runs the benchmark and ends the process.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        PrintStream out = System.out;
        // Keeps the output of the competitors out of the result.
        System.setOut(System.err);
        System.exit(run(out, System.err, System.getenv(), args));
    }

    /**
     * Runs the benchmark.
     *
     * @param out receives the result
     * @param err receives progress and errors
     * @param environment environment variables, e.g. with the password
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
            throw new ParameterException(spec.commandLine(), "--tenants, --threads and --rounds must be at least 1");
        }
        if (scale.isPresent() && (scale.get() < 2 * ScaleBenchmark.SMALL || json || cold || !only.isEmpty())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--scale must be at least " + 2 * ScaleBenchmark.SMALL
                            + " and cannot be combined with --json, --no-warm-up or --only");
        }
        BenchmarkServer server;
        try {
            server = url.isPresent() ? BenchmarkServer.at(url.get(), user, environment) : BenchmarkServer.embedded();
        } catch (SQLException | IOException | IllegalArgumentException | IllegalStateException e) {
            err.println("There is no database to measure on: " + e.getMessage());
            return 2;
        }
        Path directory = Files.createTempDirectory("tenant-migrator-benchmark");
        try (server) {
            if (!server.notDurable().isEmpty()) {
                err.println("These settings of the server are off, so the result does not represent a real server: "
                        + server.notDurable());
            }
            if (scale.isPresent()) {
                out.println(new ScaleBenchmark(server, directory, scale.get(), threads, err::println).run());
                return 0;
            }
            BenchmarkSetup setup = new BenchmarkSetup(
                    server, directory, Benchmark.names("tenant_", tenants), threads, rounds, !cold, err::println);
            BenchmarkResult figures =
                    new Benchmark(setup, only.isEmpty() ? EnumSet.allOf(BenchmarkPart.class) : only).run();
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
