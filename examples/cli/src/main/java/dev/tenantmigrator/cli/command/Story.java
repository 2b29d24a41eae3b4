package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.cli.setup.Database;
import dev.tenantmigrator.cli.setup.Host;
import dev.tenantmigrator.cli.setup.Layers;
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
final class Story {

    private final Host host;
    private final Optional<PrintWriter> reader;
    private final List<Map<String, Object>> told = new ArrayList<>();

    Story(Host host, Optional<PrintWriter> reader) {
        this.host = host;
        this.reader = reader;
    }

    /** The commands that were run, as fields of the JSON document. */
    List<Map<String, Object>> told() {
        return told;
    }

    void heading(String text) {
        say("");
        say("== " + text);
    }

    /** Runs a command, which must end with the given exit code. */
    Output run(int expected, String... args) {
        String command = Arrays.stream(args).map(Story::shellQuoted).collect(Collectors.joining(" "));
        say("$ tenant-migrator " + command);
        Output output = capture(args);
        output.text().lines().forEach(line -> say("  " + line));
        if (output.exitCode() != expected) {
            throw new CommandException("the demo failed: \"" + command + "\" ended with " + output.exitCode()
                    + " instead of " + expected + ": " + output.text().strip());
        }
        told.add(Map.of("command", command, "exitCode", expected));
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
        say("psql> " + sql + ";");
        try (Database database = Database.open(host, Layers.settings(host, Map.of()));
                Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Output capture(String... args) {
        StringWriter text = new StringWriter();
        PrintWriter writer = new PrintWriter(text, true);
        Host captured =
                new Host(writer, writer, host.environment(), host.directory(), Optional.empty(), host.colours());
        return new Output(Program.run(captured, args), text.toString());
    }

    private void say(String line) {
        // The temporary directory's long name says nothing.
        reader.ifPresent(writer -> writer.println(line.replace(host.directory() + File.separator, "")));
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
