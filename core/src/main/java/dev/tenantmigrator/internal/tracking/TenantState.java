package dev.tenantmigrator.internal.tracking;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.Repair;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.tracking.store.RecordDigest;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.Finding.Severity;
import dev.tenantmigrator.report.Remedy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A tenant's recorded versions, compared with the migrations of a run.
 *
 * @param schema the tenant
 * @param rows the recorded versions, in the order of recording
 * @param pending migrations without a row, in order
 * @param started migrations with an unfinished row that the next deploy continues, in the order of recording
 * @param findings everything unusual: first of the recorded versions, in their order, then of the pending ones
 */
public record TenantState(
        String schema,
        List<RecordedVersion> rows,
        List<Migration> pending,
        List<Migration> started,
        List<Finding> findings) {

    /** The length of a SHA-256 in hex. A recorded checksum of another length was written by an older tool. */
    private static final int CHECKSUM_LENGTH = 64;

    private static final String FILE_EDITED = ": the file was edited after it was applied";

    /** Takes copies of the lists. */
    public TenantState {
        rows = List.copyOf(rows);
        pending = List.copyOf(pending);
        started = List.copyOf(started);
        findings = List.copyOf(findings);
    }

    /** Compares recorded versions with the migrations. */
    public static TenantState of(String schema, List<RecordedVersion> rows, MigrationCatalog catalog) {
        List<Finding> findings = new ArrayList<>();
        List<Migration> started = new ArrayList<>();
        Map<String, RecordedVersion> byVersion = new HashMap<>();
        Optional<String> newest = Optional.empty();
        for (RecordedVersion row : rows) {
            byVersion.put(row.version(), row);
            if (!row.finished()) {
                Optional<Migration> migration = catalog.find(row.version());
                Unfinished unfinished = Unfinished.of(row, migration);
                findings.add(unfinished.finding(row.version()));
                migration.filter(file -> unfinished.deployContinues()).ifPresent(started::add);
            }
            findingsOf(row, catalog, findings);
            Optional<String> newer = newest.filter(version -> catalog.order().compare(row.version(), version) < 0);
            if (newer.isPresent()) {
                findings.add(Finding.of(
                        Kind.WRONG_ORDER,
                        Severity.WARNING,
                        row.version(),
                        row.version() + " was applied after " + newer.get() + ", which is newer"));
            } else {
                newest = Optional.of(row.version());
            }
        }
        List<Migration> pending = new ArrayList<>();
        for (Migration migration : catalog.migrations()) {
            if (!byVersion.containsKey(migration.version())) {
                pending.add(migration);
                String version = migration.version();
                Optional<String> newer =
                        newest.filter(applied -> catalog.order().compare(version, applied) < 0);
                findings.add(pendingFinding(version, newer));
            }
        }
        return new TenantState(schema, rows, pending, started, findings);
    }

    /** This state for another tenant with an equal history. */
    public TenantState of(String otherSchema) {
        return new TenantState(otherSchema, rows, pending, started, findings);
    }

    /** This state without the migrations newer than a version, pending or started. */
    public TenantState upTo(String target, MigrationCatalog catalog) {
        Predicate<String> wanted = version -> catalog.order().compare(version, target) <= 0;
        return new TenantState(
                schema,
                rows,
                pending.stream()
                        .filter(migration -> wanted.test(migration.version()))
                        .toList(),
                started.stream()
                        .filter(migration -> wanted.test(migration.version()))
                        .toList(),
                findings.stream()
                        .filter(finding -> switch (finding.kind()) {
                            case GAP, UNFINISHED, PENDING ->
                                finding.version().filter(wanted).isPresent();
                            default -> true;
                        })
                        .toList());
    }

    /**
     * This state with exact findings of unfinished versions.
     *
     * @param workedOn whether a session works on the tenant now
     * @param progress how far scripts in parts got, by version
     */
    public TenantState withUnfinished(boolean workedOn, Map<String, PartProgress> progress, MigrationCatalog catalog) {
        List<Finding> exact = findings.stream()
                .map(finding -> finding.kind() == Kind.UNFINISHED
                        ? finding.version()
                                .map(version -> Unfinished.of(row(version), catalog.find(version))
                                        .finding(version, workedOn, Optional.ofNullable(progress.get(version))))
                                .orElse(finding)
                        : finding)
                .toList();
        return new TenantState(schema, rows, pending, started, exact);
    }

    /** The row of a finished migration, as this library records it. */
    public static RecordedVersion rowOf(Migration migration) {
        return new RecordedVersion(
                migration.version(), Optional.of(migration.up().checksum()), true);
    }

    /** The digest of the record of a tenant with all migrations. */
    public static String digestOf(MigrationCatalog catalog) {
        return RecordDigest.of(
                catalog.migrations().stream().map(TenantState::rowOf).toList());
    }

    /** Whether a recorded checksum has the form of this library's; one of another length is an older tool's. */
    public static boolean isOwnChecksum(String recorded) {
        return recorded.length() == CHECKSUM_LENGTH;
    }

    private static void findingsOf(RecordedVersion row, MigrationCatalog catalog, List<Finding> findings) {
        String version = row.version();
        Optional<Migration> migration = catalog.find(version);
        Optional<Migration> otherSpelling = catalog.findOtherSpelling(version);
        if (migration.isPresent()) {
            checksumFinding(row, migration.get()).ifPresent(findings::add);
        } else if (otherSpelling.isPresent()) {
            // Not AHEAD, whatever its place in the order: a deploy would apply the migration once more.
            findings.add(Finding.of(
                    Kind.FILE_MISSING,
                    Severity.ERROR,
                    version,
                    version + " is recorded in another of Unicode's normal forms than the directory's name; rename the"
                            + " directory to the recorded form, or update the record (UPDATE … SET version = …)"));
        } else if (catalog.isNewerThanAll(version)) {
            findings.add(Finding.of(
                    Kind.AHEAD,
                    Severity.WARNING,
                    version,
                    version + " is applied and newer than the newest file here"));
        } else {
            findings.add(Finding.of(
                            Kind.FILE_MISSING,
                            Severity.ERROR,
                            version,
                            version
                                    + " is applied but its file is gone (deleted or renamed); restore it, or repair with"
                                    + " mark-not-applied")
                    .withRemedies(new Remedy.Correct(new Repair.MarkNotApplied(version))));
        }
    }

    private static Optional<Finding> checksumFinding(RecordedVersion row, Migration migration) {
        String version = row.version();
        String recorded = row.checksum().orElse("");
        if (!isOwnChecksum(recorded)) {
            String lack = recorded.isEmpty() ? "has no checksum" : "has a checksum of an older tool";
            return Optional.of(Finding.of(
                            Kind.CHECKSUM_UNKNOWN,
                            Severity.INFO,
                            version,
                            version + " " + lack
                                    + ", so an edit of its file cannot be seen; repair with fill-checksums")
                    .withRemedies(new Remedy.Correct(new Repair.FillChecksums())));
        }
        if (migration.up().matches(recorded)) {
            return Optional.empty();
        }
        return Optional.of(Finding.of(
                        Kind.CHECKSUM_MISMATCH,
                        Severity.ERROR,
                        version,
                        version + FILE_EDITED + " (recorded checksum "
                                + recorded.substring(0, 12) + "…, the file has "
                                + migration.up().checksum().substring(0, 12)
                                + "…); restore the file and put the change into a new migration, or repair with"
                                + " accept-checksum")
                .withRemedies(new Remedy.Correct(new Repair.AcceptChecksum(version))));
    }

    private static Finding pendingFinding(String version, Optional<String> newer) {
        return newer.map(applied -> Finding.of(
                                Kind.GAP,
                                Severity.ERROR,
                                version,
                                version + " is not applied although " + applied
                                        + " is; deploy with --out-of-order, or repair with mark-applied")
                        .withRemedies(new Remedy.Deploy(true), new Remedy.Correct(new Repair.MarkApplied(version))))
                .orElseGet(() -> Finding.of(Kind.PENDING, Severity.ERROR, version, version + " is pending; deploy it")
                        .withRemedies(new Remedy.Deploy(false)));
    }

    /** A finding's message for a failure, whose coordinates already name the version. */
    public static String messageBesideVersion(Finding finding) {
        String message = finding.message();
        String repeated = finding.version().orElse("") + ": ";
        return message.startsWith(repeated) ? message.substring(repeated.length()) : message;
    }

    /** The versions that are newer than the newest file. */
    public List<String> ahead() {
        return findings.stream()
                .filter(finding -> finding.kind() == Kind.AHEAD)
                .flatMap(finding -> finding.version().stream())
                .toList();
    }

    /** The migrations that a deploy runs: first those started, then those pending. */
    public List<Migration> due() {
        return Stream.concat(started.stream(), pending.stream()).toList();
    }

    /** Whether a version is recorded, finished or not. */
    public boolean has(String version) {
        return rows.stream().anyMatch(row -> row.version().equals(version));
    }

    /**
     * The row of a recorded version.
     *
     * @throws IllegalArgumentException when it is not recorded
     */
    public RecordedVersion row(String version) {
        return rows.stream()
                .filter(row -> row.version().equals(version))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not recorded: " + version));
    }

    /**
     * The reason why nothing may be applied to this tenant: migrations of another application, an edited or missing file, an unfinished
     * row, or a gap unless out-of-order versions are accepted.
     */
    public Optional<Failure> refusal(boolean outOfOrder, MigrationCatalog catalog) {
        boolean foreignHistory = !rows.isEmpty()
                && !pending.isEmpty()
                && rows.stream().allMatch(row -> catalog.find(row.version()).isEmpty());
        if (foreignHistory) {
            return Optional.of(
                    Failure.of("none of the " + rows.size() + " versions that are applied here is in the source"
                                    + " of migrations; check that it is the right source; nothing was changed")
                            .inTenant(schema));
        }
        return findings.stream()
                .filter(finding -> switch (finding.kind()) {
                    case UNFINISHED ->
                        started.stream()
                                .noneMatch(migration -> finding.version().equals(Optional.of(migration.version())));
                    case FILE_MISSING, CHECKSUM_MISMATCH -> true;
                    case GAP -> !outOfOrder;
                    default -> false;
                })
                .findFirst()
                .map(finding -> failure(finding, catalog));
    }

    private Failure failure(Finding finding, MigrationCatalog catalog) {
        String version = finding.version().orElse("");
        Failure failure = Failure.of(messageBesideVersion(finding) + "; nothing was changed")
                .inTenant(schema)
                .ofVersion(version);
        return catalog.find(version)
                .map(migration -> failure.inFile(migration.up().location()))
                .orElse(failure);
    }
}
