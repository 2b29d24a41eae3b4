package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.setup.CliSettings;
import java.net.URL;
import java.security.CodeSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
                .withLines(
                        List.of(
                                "",
                                "Demo passed: all " + steps.size() + " commands had the expected result.",
                                "",
                                "What to try next:",
                                "  alias tm=\"java -jar " + jar() + " --embedded\"",
                                "  tm create add_invoices   write a migration of your own, in migrations/",
                                "  tm register ada          create a tenant with it; --embedded needs no server",
                                "  tm status                look at all tenants",
                                "  tm help                  list all commands; --url in place of --embedded takes your server"));
    }

    /** The file of this program, as a word for the shell. */
    private static String jar() {
        return Optional.ofNullable(DemoCommand.class.getProtectionDomain().getCodeSource())
                .map(CodeSource::getLocation)
                .map(URL::getPath)
                .filter(path -> path.matches("[\\w/.:+-]+\\.jar"))
                .orElse("tenant-migrator.jar");
    }
}
