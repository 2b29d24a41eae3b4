package dev.tenantmigrator.internal.spare;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The comment on a spare's schema.
 *
 * @param digest the {@link dev.tenantmigrator.internal.tracking.store.RecordDigest} of its record
 * @param since the time at which the spare was made
 * @param adaptFunctions whether functions name the schema, so that renaming must adapt them
 * @param unfit the places that would keep the spare's name; empty for a spare that can be taken
 * @param comment the comment that the migrations put on the schema
 */
record SpareMark(String digest, Instant since, boolean adaptFunctions, List<String> unfit, Optional<String> comment) {

    /** The beginning of every mark. */
    static final String BEGINNING = "tenant-migrator spare ";

    private static final Pattern MARK = Pattern.compile(
            Pattern.quote(BEGINNING) + "([0-9a-f]{64}) ([0-9]{1,12}) ([f-]) ([0-9]{1,9}) (c|-)\\n(.*)", Pattern.DOTALL);

    /** For a spare whose mark is lost. It counts as old, so that it is replaced. */
    static final SpareMark NONE = new SpareMark("", Instant.EPOCH, false, List.of(), Optional.empty());

    SpareMark {
        unfit = List.copyOf(unfit);
    }

    /** Reads a comment; empty when it is no mark. */
    static Optional<SpareMark> parse(String text) {
        Matcher mark = MARK.matcher(text);
        if (!mark.matches()) {
            return Optional.empty();
        }
        int places = Integer.parseInt(mark.group(4));
        String[] lines = mark.group(6).split("\n", places + 1);
        if (lines.length != places + 1) {
            return Optional.empty();
        }
        return Optional.of(new SpareMark(
                mark.group(1),
                Instant.ofEpochSecond(Long.parseLong(mark.group(2))),
                mark.group(3).equals("f"),
                List.of(lines).subList(0, places),
                mark.group(5).equals("c") ? Optional.of(lines[places]) : Optional.empty()));
    }

    /** The comment. */
    String text() {
        StringBuilder text = new StringBuilder(BEGINNING)
                .append(digest)
                .append(' ')
                .append(since.getEpochSecond())
                .append(adaptFunctions ? " f " : " - ")
                .append(unfit.size())
                .append(comment.isPresent() ? " c\n" : " -\n");
        unfit.forEach(place -> text.append(place.replace('\n', ' ')).append('\n'));
        return text.append(comment.orElse("")).toString();
    }
}
