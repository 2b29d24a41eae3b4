package dev.tenantmigrator.internal.script;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.rewrite.EnumLabels;
import dev.tenantmigrator.internal.sql.rewrite.EnumLabels.Expected;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The labels that a creation reserves, and the questions to PostgreSQL whether they turned out as they would have file by
 * file. Where they did not, those labels stay as they are written, and the scripts run again.
 */
final class ReservedLabels {

    /** The error of a question. It ends with the placeholders in question. */
    private static final String DIFFERENT = "enum labels differ from the text of the migrations:";

    private static final String LEFT_OVER = "reserved enum labels are left over:";

    /** PostgreSQL's state for the use of an added label in its transaction. */
    private static final String UNSAFE_USE = "55P04";

    private static final String REMEDY =
            ": a tenant is created in one transaction, in which PostgreSQL allows no use of a label that ALTER TYPE … ADD VALUE"
                    + " adds, and this one could not be reserved in CREATE TYPE: an earlier script reads labels (enum_range,"
                    + " enum_first, enum_last, pg_enum), or adds some in dynamic SQL, a function or a loop. Change that, or write"
                    + " the label into CREATE TYPE and add it IF NOT EXISTS; then run repair with accept-checksum for the tenants"
                    + " that exist";

    private static final Pattern PLACEHOLDER = Pattern.compile(EnumLabels.PLACEHOLDER + "(\\d{1,9})");

    private final List<MigrationScript> written;
    private final Set<Integer> asWritten;
    private final List<MigrationScript> files;
    private final EnumLabels labels;

    private ReservedLabels(List<MigrationScript> written, Set<Integer> asWritten) {
        this.written = written;
        this.asWritten = asWritten;
        this.files = EnumLabels.asWritten(written, asWritten);
        // The adapter reserves the labels in what is sent; this second reading tells what PostgreSQL must have behind
        // each script.
        this.labels = EnumLabels.reserve(files);
    }

    /** The labels of scripts that run one after the other in one transaction. */
    static ReservedLabels of(List<MigrationScript> scripts) {
        return new ReservedLabels(scripts, Set.of());
    }

    /** The scripts as they are written. */
    List<MigrationScript> written() {
        return written;
    }

    /** The scripts to adapt, in the given order, with marks where a label is not to be reserved. */
    List<MigrationScript> files() {
        return files;
    }

    /** A statement that fails when the labels are not as expected behind a script. */
    Optional<String> checkSql(MigrationScript script, String schema) {
        List<Expected> expected = labels.expected(written.indexOf(script));
        return expected.isEmpty()
                ? Optional.empty()
                : Optional.of(expected.stream()
                        .map(type -> difference(type, schema))
                        .collect(Collectors.joining(", ", "SELECT pg_catalog.concat('0', ", ")::int")));
    }

    /** A statement that fails when a placeholder is left in the tenant. */
    Optional<String> leftOverSql(String schema) {
        return labels.all().isEmpty()
                ? Optional.empty()
                : Optional.of("""
                        SELECT pg_catalog.concat('0', (
                            SELECT %s || pg_catalog.string_agg(e.enumlabel::text, ' ')
                              FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_enum e ON e.enumtypid = d.objid
                             WHERE d.refclassid = 'pg_catalog.pg_namespace'::regclass
                               AND d.refobjid = pg_catalog.to_regnamespace(%s)
                               AND d.classid = 'pg_catalog.pg_type'::regclass
                               AND pg_catalog.starts_with(e.enumlabel::text, %s)))::int""".formatted(
                                Sql.literal(LEFT_OVER),
                                Sql.literal(Sql.identifier(schema)),
                                Sql.literal(EnumLabels.PLACEHOLDER)));
    }

    /** Whether an error is about a placeholder. */
    static boolean isCauseOf(SQLException e) {
        return !found(e).isEmpty();
    }

    /** Whether an error is about the use of a label that was added in the same transaction. */
    static boolean isUnsafeUse(SQLException e) {
        return UNSAFE_USE.equals(SqlErrors.state(e));
    }

    /** Adds the type and the remedy to a failure that is about a label which could not be reserved. */
    Failure explained(Failure failure, SQLException e) {
        if (!isUnsafeUse(e)) {
            return failure;
        }
        String detail = SqlErrors.detail(e);
        String type = labels.names().stream()
                .filter(detail::contains)
                .max(Comparator.comparing(String::length))
                .map(name -> " (the enum " + Sql.identifier(name) + ")")
                .orElse("");
        return failure.withMessage(failure.message() + type + REMEDY);
    }

    /**
     * The labels for another run, after one failed: fewer are reserved. Any failure may be due to a reservation, because a block
     * may have handled the first error.
     *
     * @return empty when the failure would be the same
     */
    Optional<ReservedLabels> after(SQLException e) {
        if (labels.all().isEmpty() || isUnsafeUse(e)) {
            return Optional.empty();
        }
        Set<Integer> more = new TreeSet<>(asWritten);
        for (int placeholder : found(e)) {
            more.add(placeholder);
            if (!SqlErrors.detail(e).contains(LEFT_OVER)) {
                more.addAll(labels.ofSameType(placeholder));
            }
        }
        if (more.equals(asWritten)) {
            more.addAll(labels.all());
        }
        return Optional.of(new ReservedLabels(written, more));
    }

    private static Set<Integer> found(SQLException e) {
        String statement =
                e instanceof ScriptFailure script ? script.failure().statement().orElse("") : "";
        return PLACEHOLDER
                .matcher(SqlErrors.detail(e) + statement)
                .results()
                .map(result -> Integer.valueOf(result.group(1)))
                .collect(Collectors.toSet());
    }

    private static Stream<String> placeholders(Set<Integer> numbers) {
        return numbers.stream().map(number -> EnumLabels.PLACEHOLDER + number);
    }

    /** A message for a type whose labels are not as expected; NULL for another one. */
    private static String difference(Expected type, String schema) {
        String reserved = placeholders(type.reserved()).map(Sql::literal).collect(Collectors.joining(", "));
        String expected = type.labels().stream().map(Sql::literal).collect(Collectors.joining(", "));
        return """
                (SELECT CASE WHEN l.used_not IS NOT NULL THEN %s || l.used_not
                             WHEN l.present IS DISTINCT FROM ARRAY[%s]::text[] THEN %s END
                   FROM (SELECT pg_catalog.string_agg(e.enumlabel::text, ' ') FILTER (WHERE e.enumlabel IN (%s)) AS used_not,
                                pg_catalog.array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
                                    FILTER (WHERE NOT pg_catalog.starts_with(e.enumlabel::text, %s)) AS present
                           FROM pg_catalog.pg_enum e WHERE e.enumtypid = pg_catalog.to_regtype(%s)) l)""".formatted(
                        Sql.literal(LEFT_OVER),
                        expected,
                        Sql.literal(DIFFERENT
                                + String.join(" ", placeholders(type.reserved()).toList())),
                        reserved,
                        Sql.literal(EnumLabels.PLACEHOLDER),
                        Sql.literal(Sql.qualified(schema, type.type())));
    }
}
