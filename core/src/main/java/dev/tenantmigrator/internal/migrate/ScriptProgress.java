package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.internal.tracking.PartProgress;
import dev.tenantmigrator.report.Failure;
import java.util.List;
import java.util.Optional;

/**
 * Writes and reads, for one script, the descriptions that say how far it got, and tells the operator. A deploy of a script with one
 * part needs no mark: its row says that the script was begun.
 */
record ScriptProgress(Direction direction, Migration migration, PreparedScript prepared) {

    private int parts() {
        return prepared.parts().size();
    }

    /** The description while a part outside of a transaction runs. */
    String begun(int number) {
        return description(number, false);
    }

    /** The description when a part is done. */
    String done(int number) {
        return description(number, true);
    }

    private String description(int number, boolean done) {
        if (parts() == 1 && !direction.isRollback()) {
            return migration.description();
        }
        return new PartProgress(
                        direction.isRollback(),
                        number + 1,
                        parts(),
                        done,
                        prepared.fingerprint(number + (done ? 1 : 0)))
                .after(migration.description());
    }

    /** The mark in the rows of a tenant. */
    Optional<PartProgress> mark(List<AppliedMigration> rows) {
        return rows.stream()
                .filter(row -> row.version().equals(migration.version()))
                .findFirst()
                .flatMap(AppliedMigration::description)
                // A version's own name may look like a mark.
                .flatMap(description -> PartProgress.in(description)
                        .filter(mark -> mark.after(migration.description()).equals(description)));
    }

    /** The reason why a started script cannot be continued. */
    Optional<Failure> refusal(Optional<PartProgress> mark) {
        return reason(mark)
                .map(reason -> Failure.of(reason + "; nothing was changed")
                        .ofVersion(migration.version())
                        .inFile(prepared.file().location()));
    }

    private Optional<String> reason(Optional<PartProgress> mark) {
        if (mark.isEmpty()) {
            boolean unknown = !direction.isRollback()
                    && parts() > 1
                    && prepared.parts().get(0).isTransactional();
            return unknown
                    ? Optional.of("was started, and its row does not say which of the script's parts are done; look at"
                            + " what it did, then repair with mark-applied or mark-not-applied")
                    : Optional.empty();
        }
        PartProgress known = mark.get();
        if (known.rollback() != direction.isRollback()) {
            boolean repeats = direction.isRollback() || (known.of() == 1 && parts() == 1);
            return repeats
                    ? Optional.empty()
                    : Optional.of("was being rolled back, and that ended early: " + known.shown()
                            + "; run the rollback again to continue");
        }
        boolean same =
                known.partsDone() < parts() && known.fingerprint().equals(prepared.fingerprint(known.partsDone()));
        return same
                ? Optional.empty()
                : Optional.of(known.shown() + ", and the file was edited in what is done: restore that in the file,"
                        + " or do the rest by hand and repair with "
                        + (direction.isRollback() ? "mark-not-applied" : "mark-applied"));
    }

    /** Whether the mark is a deploy's and this is the rollback, or the other way round. */
    boolean isOfOtherDirection(Optional<PartProgress> mark) {
        return mark.filter(known -> known.rollback() != direction.isRollback()).isPresent();
    }

    /** The number of the part with which a started script continues, from 0. A rollback of a script that is half done begins anew. */
    int next(Optional<PartProgress> mark) {
        return mark.filter(known -> known.rollback() == direction.isRollback())
                .map(PartProgress::partsDone)
                .orElse(0);
    }

    /** Whether that part may have been begun. */
    boolean isBegun(Optional<PartProgress> mark) {
        return isOfOtherDirection(mark) || mark.map(known -> !known.done()).orElse(true);
    }

    /** The end of a message: the connection was lost. */
    String keptAfterLoss() {
        return parts() == 1
                ? "the script runs outside of a transaction, so earlier statements are kept; "
                        + direction.continuation()
                : "the script runs in " + parts() + " parts, so earlier parts are kept; " + direction.continuation();
    }

    /** The end of a message: a part failed and left nothing. */
    String keptBefore(int number) {
        return number == 0
                ? "nothing of the script was kept; fix the cause and run it again"
                : "part " + (number + 1) + " of " + parts() + " was rolled back, " + before(number);
    }

    /** The end of a message: a part outside of a transaction failed, and its earlier statements are kept. */
    String keptWithin(int number) {
        return parts() == 1
                ? keptAfterLoss()
                : "part " + (number + 1) + " of " + parts()
                        + " runs outside of a transaction, so its earlier statements" + " are kept"
                        + (number == 0 ? "; " + direction.continuation() : ", and " + before(number));
    }

    /** The failure of a part that was refused before it ran. */
    Failure refused(Failure refusal, int number) {
        return refusal.withMessage(refusal.message().replace("; nothing was changed", "") + "; part " + (number + 1)
                + " of " + parts() + " was not begun, " + before(number));
    }

    private String before(int number) {
        return (number == 1 ? "part 1 is done and stays; " : "parts 1 to " + number + " are done and stay; ")
                + direction.continuation()
                + (direction.isRollback()
                        ? ""
                        : ". Where the file must change, leave what is done as it is, and repair with accept-checksum"
                                + " first");
    }
}
