package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.DriftOptions;
import dev.tenantmigrator.cli.setup.CliContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that decide what structures are compared with, and what is left out. */
final class ComparisonOptions {

    @Option(
            names = "--against",
            paramLabel = "SCHEMA",
            description = "Compare with this schema instead of each tenant's own recorded versions.")
    private Optional<String> against = Optional.empty();

    @Mixin
    private LeftOutOptions leftOut = new LeftOutOptions();

    /** The options of the library. */
    DriftOptions options(CliContext context) {
        DriftOptions options = leftOut.options(context);
        return against.map(options::against).orElse(options);
    }

    /** The words as they were typed, for the commands that follow. */
    List<String> words() {
        List<String> words = new ArrayList<>();
        against.ifPresent(schema -> words.addAll(List.of("--against", schema)));
        words.addAll(leftOut.words());
        return words;
    }
}
