package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.setup.CliContext;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.cli.setup.Database;
import dev.tenantmigrator.cli.setup.SettingsLoader;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Help.Ansi.Style;

/** Runs the demo's commands, prints them with their output, and throws if a result is not the expected one. */
final class DemoTranscript {

    private static final String INDENT = "  ";

    private final CliContext context;
    private final Optional<PrintWriter> out;
    private final List<Map<String, Object>> steps = new ArrayList<>();

    DemoTranscript(CliContext context, Optional<PrintWriter> out) {
        this.context = context;
        this.out = out;
    }

    /** The commands so far, as fields of the JSON document. */
    List<Map<String, Object>> steps() {
        return steps;
    }

    void heading(String text) {
        print("");
        String heading = "== " + text;
        print(context.colours() ? Style.bold.on() + heading + Style.reset.on() : heading);
    }

    /** Runs a command and checks its exit code. */
    Output run(int expected, String... args) {
        String command = Arrays.stream(args).map(DemoTranscript::shellQuoted).collect(Collectors.joining(" "));
        print("$ tenant-migrator " + command);
        Output output = capture(args);
        output.text().lines().forEach(line -> print(INDENT + line));
        if (output.exitCode() != expected) {
            throw new CommandException("the demo failed: \"" + command + "\" ended with " + output.exitCode()
                    + " instead of " + expected + ": " + output.text().strip());
        }
        steps.add(Map.of("command", command, "exitCode", expected));
        return output;
    }

    /** Finds a tenant by the start of its name. */
    String tenant(String prefix) {
        return capture("list")
                .text()
                .lines()
                .filter(line -> line.startsWith(prefix))
                .findFirst()
                .orElseThrow(() -> new CommandException("the demo failed: no tenant " + prefix));
    }

    /** Changes a tenant's schema without the library, as an operator with psql could. */
    void byHand(String sql) throws SQLException {
        print("psql> " + sql + ";");
        try (Database database = Database.open(context, SettingsLoader.load(context, Map.of()));
                Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Output capture(String... args) {
        StringWriter text = new StringWriter();
        PrintWriter writer = new PrintWriter(text, true);
        Map<String, String> environment = new HashMap<>(context.environment());
        environment.put("COLUMNS", String.valueOf(context.width() - INDENT.length()));
        CliContext captured = new CliContext(
                writer, writer, environment, context.directory(), Optional.empty(), context.colours(), context.clock());
        return new Output(Program.run(captured, args), text.toString());
    }

    private void print(String line) {
        // The long name of the temporary directory only distracts.
        out.ifPresent(writer -> writer.println(line.replace(context.directory() + File.separator, "")));
    }

    private static String shellQuoted(String argument) {
        return argument.matches("[A-Za-z0-9_@.=/-]+") ? argument : "\"" + argument + "\"";
    }

    /** Output and exit code of a command. */
    record Output(int exitCode, String text) {
        void shows(String... parts) {
            for (String part : parts) {
                if (!text.contains(part)) {
                    throw new CommandException("the demo failed: no \"" + part + "\" in: " + text.strip());
                }
            }
        }
    }
}
