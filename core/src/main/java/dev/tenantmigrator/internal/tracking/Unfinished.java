package dev.tenantmigrator.internal.tracking;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.Repair;
import dev.tenantmigrator.internal.sql.nontransactional.ScriptParts;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.Finding.Severity;
import dev.tenantmigrator.report.Remedy;
import java.util.Optional;

/**
 * The meaning of a row that was started and not finished, and who may continue it. The library never leaves such a row for a script
 * that runs in a transaction: an older tool wrote it, and a human must look.
 */
public enum Unfinished {
    /** The script cannot run in a transaction: the next deploy or rollback continues statement by statement. */
    APPLYING("is running now", "was started, and its run ended early: the next deploy continues it"),
    /** Only the rollback script cannot run in a transaction, so the rollback was started. */
    ROLLING_BACK(
            "is being rolled back now",
            "was being rolled back, and that ended early: run the rollback again to continue"),
    /** The file was edited after the script was started, so it is not known which of its statements were done. */
    EDITED(
            "was started and its file was edited since; it is running now, or another session works on the tenant",
            "was started but never finished, and its file was edited since: restore the file and deploy to continue; or, if the"
                    + " edited file keeps every statement that was done before, repair with accept-checksum and deploy; or do"
                    + " the rest by hand and repair with mark-applied"),
    /** The row is not the library's. */
    UNKNOWN(
            "was started but never finished, and another session works on the tenant now",
            "was started but never finished; look at what it did, then repair with mark-applied or mark-not-applied");

    private final String running;
    private final String ended;

    Unfinished(String running, String ended) {
        this.running = running;
        this.ended = ended;
    }

    /** The meaning of an unfinished row. */
    public static Unfinished of(RecordedVersion row, Optional<Migration> file) {
        Optional<Migration> same = file.filter(
                migration -> row.checksum().filter(migration.up()::matches).isPresent());
        if (same.isEmpty()) {
            boolean edited = row.checksum().filter(TenantState::isOwnChecksum).isPresent()
                    && file.filter(migration -> runsOutsideTransaction(migration.up()))
                            .isPresent();
            return edited ? EDITED : UNKNOWN;
        }
        if (runsOutsideTransaction(same.get().up())) {
            return APPLYING;
        }
        return same.get().down().filter(Unfinished::runsOutsideTransaction).isPresent() ? ROLLING_BACK : UNKNOWN;
    }

    private static boolean runsOutsideTransaction(MigrationScript script) {
        try {
            return ScriptParts.isDivided(script);
        } catch (InvalidMigrationException e) {
            return false;
        }
    }

    /** Whether a deploy may continue the script. */
    public boolean deployContinues() {
        return this == APPLYING;
    }

    /** Whether a rollback may continue the script. */
    public boolean rollbackContinues() {
        return this == APPLYING || this == ROLLING_BACK;
    }

    /** The finding while it is not known whether a session works on the tenant. */
    Finding finding(String version) {
        boolean endedForSure = this == UNKNOWN || this == EDITED;
        return finding(version, endedForSure ? ended : running + ", or " + ended);
    }

    /** The finding that {@code status} and {@code verify} show. */
    Finding finding(String version, boolean workedOn, Optional<PartProgress> progress) {
        // Only the description tells which of two scripts in parts has been started.
        Unfinished which =
                this == APPLYING && progress.filter(PartProgress::rollback).isPresent() ? ROLLING_BACK : this;
        String parts = progress.map(part -> " (" + part.shown() + ")").orElse("");
        Finding finding = finding(version, (workedOn ? which.running : which.ended) + parts);
        return workedOn ? finding : finding.withRemedies(which.remedies(version));
    }

    private Remedy[] remedies(String version) {
        Remedy markApplied = new Remedy.Correct(new Repair.MarkApplied(version));
        return switch (this) {
            case APPLYING -> new Remedy[] {new Remedy.Deploy(false)};
            case ROLLING_BACK -> new Remedy[] {new Remedy.Rollback(version)};
            case EDITED -> new Remedy[] {new Remedy.Correct(new Repair.AcceptChecksum(version)), markApplied};
            case UNKNOWN -> new Remedy[] {markApplied, new Remedy.Correct(new Repair.MarkNotApplied(version))};
        };
    }

    private static Finding finding(String version, String message) {
        return Finding.of(Kind.UNFINISHED, Severity.ERROR, version, version + ' ' + message);
    }
}
