package dev.tenantmigrator.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.assertj.core.util.diff.DiffUtils;

/**
 * A text that must stay as it is, kept in a file. With {@code -Dgolden.write=true} the file is written anew instead of
 * compared.
 */
public final class GoldenFile {

    private static final String WRITE = "golden.write";
    private static final int CONTEXT = 4;
    private static final int SHOWN = 100;

    private final Path file;
    private final String reason;

    /**
     * A golden file.
     *
     * @param file its path, as seen from the directory in which the module's tests run
     * @param reason who depends on the text; part of the failure's message
     */
    public GoldenFile(Path file, String reason) {
        this.file = file;
        this.reason = reason;
    }

    /** Fails with the difference when the lines are not those of the file. */
    public void check(List<String> lines) throws IOException {
        if (Boolean.getBoolean(WRITE)) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, lines.stream().map(line -> line + '\n').collect(Collectors.joining()));
            return;
        }
        List<String> golden = Files.exists(file) ? Files.readAllLines(file) : List.of();
        if (!golden.equals(lines)) {
            throw new AssertionError(file + " differs: " + reason
                    + " If the change is meant, run this test with -D" + WRITE
                    + "=true, and read the difference before you commit it.\n" + difference(golden, lines));
        }
    }

    private String difference(List<String> golden, List<String> lines) {
        List<String> difference =
                DiffUtils.generateUnifiedDiff(file.toString(), "now", golden, DiffUtils.diff(golden, lines), CONTEXT);
        String shown = difference.stream().limit(SHOWN).collect(Collectors.joining("\n"));
        int left = difference.size() - SHOWN;
        return left > 0 ? shown + "\n… and " + left + " more lines" : shown;
    }
}
