package dev.tenantmigrator.cli.command;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = "Print a script that completes commands and options in bash or zsh. Evaluate it in the shell's"
                + " start-up file.")
final class CompletionCommand implements Callable<Integer> {

    private Optional<CommandSpec> spec = Optional.empty();

    @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
    private String shell = "";

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "tm",
            description = "The command or alias to complete. Default: tm")
    private String name = "";

    @Spec
    void setSpec(CommandSpec commandSpec) {
        spec = Optional.of(commandSpec);
    }

    @Override
    public Integer call() {
        CommandLine command = spec.orElseThrow().commandLine();
        if (!shell.equals("bash") && !shell.equals("zsh")) {
            throw new ParameterException(
                    command, "there is a completion for bash and for zsh, not for '" + shell + "'");
        }
        if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*")) {
            throw new ParameterException(command, "--name is the name of a command or an alias");
        }
        // One script for both shells: it loads zsh's support for bash's completions.
        command.getOut()
                .println(AutoComplete.bash(name, spec.orElseThrow().root().commandLine()));
        return 0;
    }
}
