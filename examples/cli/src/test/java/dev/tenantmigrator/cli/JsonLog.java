package dev.tenantmigrator.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs commands with {@code --json}, and writes down their exit codes and documents. */
final class JsonLog {

    private final Cli cli;
    private final JsonShape shape;
    private final List<String> lines = new ArrayList<>();
    private final Set<List<String>> called = new HashSet<>();

    JsonLog(Cli cli) {
        this.cli = cli;
        this.shape = new JsonShape(cli.directory());
    }

    /** Everything that was written down. */
    List<String> lines() {
        return lines;
    }

    /** The words of each command that was called, with or without success. */
    Set<List<String>> called() {
        return called;
    }

    void heading(String text) {
        lines.add("## " + text);
        lines.add("");
    }

    /** Runs a command; gives its document, which is missing when the output is none. */
    JsonNode run(String... args) {
        CommandTree.all().stream()
                .map(CommandTree::words)
                .filter(words ->
                        words.equals(Stream.of(args).limit(words.size()).toList()))
                .forEach(called::add);
        Cli.Result result =
                cli.run(Stream.concat(Stream.of(args), Stream.of("--json")).toArray(String[]::new));
        JsonNode document = document(result.out());
        String command = Stream.of(args).map(JsonLog::quoted).collect(Collectors.joining(" "));
        lines.add(shape.stable("$ " + command).stripTrailing());
        lines.add("exit code " + result.exitCode());
        if (document.isMissingNode()) {
            lines.add(result.out().isEmpty() ? "no output" : "<text>");
        } else {
            shape.of(document).lines().forEach(lines::add);
        }
        lines.add("");
        return document;
    }

    private static String quoted(String arg) {
        return arg.contains(" ") ? '"' + arg + '"' : arg;
    }

    private static JsonNode document(String output) {
        try {
            return new ObjectMapper().readTree(output);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }
}
