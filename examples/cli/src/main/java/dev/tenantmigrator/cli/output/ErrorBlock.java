package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Failure;
import java.util.ArrayList;
import java.util.List;

/** A failure as a block of lines: place, excerpt with a caret, cause and remedy. */
public final class ErrorBlock {

    private static final String INDENT = "  ";
    private static final String EXCERPT = "      ";

    private ErrorBlock() {}

    /** The lines below the tenants' names. */
    static List<String> of(Failure failure, Screen screen) {
        List<String> lines = new ArrayList<>();
        String place = place(failure);
        if (!place.isEmpty()) {
            lines.addAll(screen.wrapped(place, INDENT));
        }
        failure.excerpt().ifPresent(excerpt -> lines.addAll(excerpt(excerpt, screen)));
        String state =
                failure.sqlState().map(code -> " [SQLState " + code + "]").orElse("");
        String cause = (failure.message() + state).strip();
        if (!cause.isEmpty()) {
            lines.addAll(screen.wrapped(cause, INDENT));
        }
        failure.detail()
                .ifPresent(detail -> detail.lines().forEach(line -> lines.addAll(screen.wrapped(line, INDENT))));
        return lines;
    }

    /** An error that stops the command. */
    public static List<String> ofCommand(Failure failure, Screen screen) {
        List<String> lines = new ArrayList<>(screen.wrapped(
                failure.message()
                        + failure.tenant()
                                .map(tenant -> " [tenant " + tenant + "]")
                                .orElse(""),
                "Error: ",
                INDENT));
        lines.addAll(of(failure.withMessage(""), screen));
        return lines;
    }

    private static String place(Failure failure) {
        List<String> parts = new ArrayList<>();
        failure.version().ifPresent(version -> parts.add("version " + version));
        failure.file()
                .ifPresent(file -> parts.add(file
                        + (failure.line().isPresent() ? ":" + failure.line().getAsInt() : "")));
        return String.join(", ", parts);
    }

    /** Of a line that is too long, the part around the caret. */
    private static List<String> excerpt(String excerpt, Screen screen) {
        List<String> lines = excerpt.lines().map(TerminalText::clean).toList();
        int room = Math.max(20, screen.width() - EXCERPT.length());
        int caret = lines.get(lines.size() - 1).indexOf('^');
        int start = screen.verbose() || caret < room ? 0 : caret - room / 2;
        return lines.stream()
                .map(line -> line.substring(Math.min(start, line.length())))
                .map(line -> EXCERPT
                        + (screen.verbose() || line.length() <= room ? line : line.substring(0, room - 1) + "…"))
                .toList();
    }
}
