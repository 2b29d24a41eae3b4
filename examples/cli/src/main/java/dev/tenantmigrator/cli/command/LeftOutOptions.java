package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.DriftOptions;
import dev.tenantmigrator.cli.setup.CliContext;
import dev.tenantmigrator.cli.setup.CommandException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that decide what a comparison of structures leaves out. */
final class LeftOutOptions {

    @Option(
            names = "--ignore",
            paramLabel = "FILE",
            description = "Leave out objects that match a line of this file, e.g. index tmp_* or table audit_??. Lines"
                    + " that begin with # are comments.")
    private Optional<String> ignore = Optional.empty();

    @Option(names = "--no-privileges", description = "Leave out privileges and default privileges.")
    private boolean noPrivileges;

    /** The options of the library. */
    DriftOptions options(CliContext context) {
        DriftOptions options = ignore.map(file -> DriftOptions.defaults()
                        .ignoring(patterns(context.directory().resolve(file))))
                .orElseGet(DriftOptions::defaults);
        return noPrivileges ? options.withoutPrivileges() : options;
    }

    /** The words as they were typed, for the commands that follow. */
    List<String> words() {
        List<String> words = new ArrayList<>();
        ignore.ifPresent(file -> words.addAll(List.of("--ignore", file)));
        if (noPrivileges) {
            words.add("--no-privileges");
        }
        return words;
    }

    private static List<String> patterns(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8)
                    .replaceFirst("^\uFEFF", "")
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw CommandException.unreadable(file, e);
        }
    }
}
