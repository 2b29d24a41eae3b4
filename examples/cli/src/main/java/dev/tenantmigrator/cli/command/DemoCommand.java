package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.setup.CliSettings;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "demo",
        description = {
            "Show it all in a temporary directory, on an embedded server, and check each step.",
            "With --url it runs in a database of its own on that server, which is dropped afterwards."
        })
final class DemoCommand implements Callable<Integer> {

    private final CommandRunner runner;

    DemoCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withSettings("demo", this::demo);
    }

    private CommandResult demo(CliSettings settings) throws Exception {
        List<Map<String, Object>> steps = DemoScenario.run(runner.context(), settings);
        return CommandResult.of("demo", List.of())
                .withMore(Map.of("steps", steps))
                .withLines(List.of("Demo passed: " + steps.size() + " commands did what they should."));
    }
}
