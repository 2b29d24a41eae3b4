package dev.tenantmigrator.internal.tracking;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The progress of a script that runs in parts. It stands at the end of the description of the version's row until the row is finished,
 * because the tracking table has no other column for it.
 *
 * @param rollback whether the script is the rollback
 * @param part the number of a part, from 1
 * @param of the number of parts
 * @param done whether the part is done; otherwise it runs outside of a transaction and was begun
 * @param fingerprint a checksum of the parts that are done
 */
public record PartProgress(boolean rollback, int part, int of, boolean done, String fingerprint) {

    private static final Pattern MARK =
            Pattern.compile(" \\[(rollback: )?part (\\d{1,6}) of (\\d{1,6}) (done|begun), ([0-9a-f]+)]$");

    /** Reads the end of a description. */
    public static Optional<PartProgress> in(String description) {
        Matcher mark = MARK.matcher(description);
        return mark.find()
                ? Optional.of(new PartProgress(
                        mark.group(1) != null,
                        Integer.parseInt(mark.group(2)),
                        Integer.parseInt(mark.group(3)),
                        mark.group(4).equals("done"),
                        mark.group(5)))
                : Optional.empty();
    }

    /** A description with this at its end. */
    public String after(String description) {
        return description + " [" + (rollback ? "rollback: " : "") + "part " + part + " of " + of + " "
                + (done ? "done" : "begun") + ", " + fingerprint + "]";
    }

    /** The number of parts that are done. */
    public int partsDone() {
        return done ? part : part - 1;
    }

    /** For a reader, e.g. {@code part 1 of 3 is done}. */
    public String shown() {
        return "part " + part + " of " + of + (rollback ? " of the rollback" : "") + (done ? " is done" : " was begun");
    }
}
