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
            "Run the main commands on a small fleet and check each step.",
            "Uses a temporary directory and an embedded server. With --url it creates a database on that server and"
                    + " drops it afterwards."
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
                .withLines(List.of(
                        "",
                        "Demo passed: all " + steps.size() + " commands had the expected result.",
                        "",
                        "What to try next:",
                        "  tenant-migrator create add_invoices        write a migration of your own",
                        "  tenant-migrator --embedded register ada    create a tenant with it; needs no server",
                        "  tenant-migrator --embedded status          look at all tenants",
                        "  tenant-migrator help                       list all commands; --url takes your server"));
    }
}
