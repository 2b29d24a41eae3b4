package dev.tenantmigrator.cli.command;

import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * The layout of {@code --help}: the program's commands, then its options; a command's own options, then those that every command
 * has, then examples.
 */
final class HelpLayout {

    private static final String COMMON = "Options of every command:";

    private HelpLayout() {}

    /** Sets the layout of a program's commands. */
    static void apply(CommandLine program) {
        program.getCommandSpec().usageMessage().abbreviateSynopsis(true);
        List<String> sections = new ArrayList<>(program.getHelpSectionKeys());
        List<String> commands = List.of(SECTION_KEY_COMMAND_LIST_HEADING, SECTION_KEY_COMMAND_LIST);
        sections.removeAll(commands);
        sections.addAll(sections.indexOf(SECTION_KEY_OPTION_LIST_HEADING), commands);
        program.setHelpSectionKeys(sections);
        program.getSubcommands().values().forEach(HelpLayout::applyToCommand);
    }

    private static void applyToCommand(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        UsageMessageSpec usage = spec.usageMessage();
        // The options follow one by one; in the synopsis they would hide the parameters.
        usage.abbreviateSynopsis(true);
        List<String> examples = Examples.of(spec.qualifiedName(" "));
        if (!examples.isEmpty()) {
            usage.footerHeading("%nExamples:%n");
            usage.footer(examples.stream()
                    .map(example -> "  " + example.replace("%", "%%"))
                    .toArray(String[]::new));
        }
        command.getHelpSectionMap().put(SECTION_KEY_OPTION_LIST, HelpLayout::options);
        command.getSubcommands().values().forEach(HelpLayout::applyToCommand);
    }

    private static String options(Help help) {
        String own = options(help, option -> !option.inherited());
        String common = options(help, OptionSpec::inherited);
        return own
                + (own.isEmpty() || common.isEmpty() ? "" : System.lineSeparator())
                + (common.isEmpty() ? "" : COMMON + System.lineSeparator() + common);
    }

    private static String options(Help help, Predicate<OptionSpec> which) {
        List<OptionSpec> options = help.commandSpec().options().stream()
                .filter(which)
                .filter(option -> !option.hidden())
                .toList();
        return help.optionListExcludingGroups(options);
    }
}
