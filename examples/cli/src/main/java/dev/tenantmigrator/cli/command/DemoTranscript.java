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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Runs commands one after another, shows what they print, and stops when one does not do what was told. */
final class DemoTranscript {

    private final CliContext context;
    private final Optional<PrintWriter> out;
    private final List<Map<String, Object>> steps = new ArrayList<>();

    DemoTranscript(CliContext context, Optional<PrintWriter> out) {
        this.context = context;
        this.out = out;
    }

    /** The commands that were run, as fields of the JSON document. */
    List<Map<String, Object>> steps() {
        return steps;
    }

    void heading(String text) {
        print("");
        print("== " + text);
    }

    /** Runs a command, which must end with the given exit code. */
    Output run(int expected, String... args) {
        String command = Arrays.stream(args).map(DemoTranscript::shellQuoted).collect(Collectors.joining(" "));
        print("$ tenant-migrator " + command);
        Output output = capture(args);
        output.text().lines().forEach(line -> print("  " + line));
        if (output.exitCode() != expected) {
            throw new CommandException("the demo failed: \"" + command + "\" ended with " + output.exitCode()
                    + " instead of " + expected + ": " + output.text().strip());
        }
        steps.add(Map.of("command", command, "exitCode", expected));
        return output;
    }

    /** Finds a tenant by the beginning of its name. */
    String tenant(String prefix) {
        return capture("list")
                .text()
                .lines()
                .filter(line -> line.startsWith(prefix))
                .findFirst()
                .orElseThrow(() -> new CommandException("the demo failed: no tenant " + prefix));
    }

    /** Does to the database what nobody should. */
    void byHand(String sql) throws SQLException {
        print("psql> " + sql + ";");
        try (Database database = Database.open(context, SettingsLoader.settings(context, Map.of()));
                Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Output capture(String... args) {
        StringWriter text = new StringWriter();
        PrintWriter writer = new PrintWriter(text, true);
        CliContext captured = new CliContext(
                writer, writer, context.environment(), context.directory(), Optional.empty(), context.colours());
        return new Output(Program.run(captured, args), text.toString());
    }

    private void print(String line) {
        // The temporary directory's long name says nothing.
        out.ifPresent(writer -> writer.println(line.replace(context.directory() + File.separator, "")));
    }

    private static String shellQuoted(String argument) {
        return argument.matches("[A-Za-z0-9_@.=/-]+") ? argument : "\"" + argument + "\"";
    }

    /** What a command printed, and its exit code. */
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
