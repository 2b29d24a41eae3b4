package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.Repair;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.report.Remedy;
import dev.tenantmigrator.report.StructureClass;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A structure with more versions than a tenant has recorded. A tenant that has it lost its record, not its structure.
 *
 * @param versions the versions that are not recorded
 */
record Unrecorded(List<String> versions, Definition definition) {

    private static final Logger LOG = LoggerFactory.getLogger(Unrecorded.class);

    /** Those with the next version, and with all; without one that does not run in an empty schema. */
    static List<Unrecorded> of(Definitions definitions, List<RecordedVersion> recorded) throws SQLException {
        List<Unrecorded> unrecorded = new ArrayList<>();
        for (List<RecordedVersion> more : definitions.next(recorded)) {
            try (Session session = definitions.open()) {
                unrecorded.add(new Unrecorded(
                        more.subList(recorded.size(), more.size()).stream()
                                .map(RecordedVersion::version)
                                .toList(),
                        definitions.of(session, more)));
            } catch (MigrationFailedException e) {
                LOG.debug("No structure with {}", more.get(more.size() - 1).version(), e);
            }
        }
        return unrecorded;
    }

    boolean isStructureOf(String schema, Fingerprint fingerprint) {
        return definition.fingerprint(schema).equals(fingerprint);
    }

    boolean isStructureOf(String schema, List<StructureRow> actual) {
        return StructureDiff.of(definition.rows(schema), actual, schema, IgnoredObjects.of(List.of()))
                .isEmpty();
    }

    /** One for each version, with the correction that records it. */
    List<StructureClass.Hint> hints() {
        return versions.stream()
                .map(version -> new StructureClass.Hint(
                        "the structure is as version " + last() + " gives it"
                                + (version.equals(last()) ? ", which" : ", and version " + version)
                                + " is not recorded",
                        new Remedy.Correct(new Repair.MarkApplied(version))))
                .toList();
    }

    /** A sentence with the commands of one tenant. */
    String hint(String schema) {
        String repairs = versions.stream()
                .map(version -> "repair mark-applied " + version + ' ' + schema)
                .collect(Collectors.joining("; "));
        return "the structure is as version " + last() + " gives it, which is not recorded: " + repairs;
    }

    private String last() {
        return versions.get(versions.size() - 1);
    }
}
