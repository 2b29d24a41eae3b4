package dev.tenantmigrator.cli.command;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "help", helpCommand = true, description = "Show the help of a command.")
final class HelpCommand implements Callable<Integer> {

    private Optional<CommandSpec> spec = Optional.empty();

    @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "E.g. deploy, or repair mark-applied.")
    private List<String> path = List.of();

    @Spec
    void setSpec(CommandSpec commandSpec) {
        spec = Optional.of(commandSpec);
    }

    @Override
    public Integer call() {
        CommandLine help = spec.orElseThrow().commandLine();
        CommandLine command = spec.orElseThrow().root().commandLine();
        for (String name : path) {
            CommandLine parent = command;
            command = Optional.ofNullable(command.getSubcommands().get(name))
                    .orElseThrow(() -> new ParameterException(
                            help, "unknown command '" + String.join(" ", path) + "'" + Program.similar(parent, name)));
        }
        command.usage(command.getOut());
        return 0;
    }
}
