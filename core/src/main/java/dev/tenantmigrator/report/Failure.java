package dev.tenantmigrator.report;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A failure with its coordinates. The message and the other components, except the detail, contain no data of a tenant's rows.
 *
 * @param message the problem and what to do about it, without the coordinates. Of values that PostgreSQL quotes, it shows only names
 *     and text of the script, and an ellipsis for the rest
 * @param tenant the schema
 * @param version the migration's version
 * @param file the script
 * @param line the line in the script, from 1
 * @param statement the beginning of the failing statement
 * @param excerpt the line of the adapted statement on which PostgreSQL found the error, and below it a line with a caret
 *     under the place; empty where PostgreSQL names no place
 * @param sqlState PostgreSQL's error code (PostgreSQL documentation, "PostgreSQL Error Codes")
 * @param detail PostgreSQL's full error, with quoted data of the tenant, each text cut to 2,000 characters. Present only if {@link
 *     dev.tenantmigrator.TenantMigratorBuilder#errorDetails} asks for it, and never part of log lines and exception messages
 */
public record Failure(
        String message,
        Optional<String> tenant,
        Optional<String> version,
        Optional<String> file,
        OptionalInt line,
        Optional<String> statement,
        Optional<String> excerpt,
        Optional<String> sqlState,
        Optional<String> detail) {

    /**
     * A failure without coordinates.
     *
     * @param message the problem and what to do about it
     * @return the failure
     */
    public static Failure of(String message) {
        return new Failure(
                message,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * This failure with another message.
     *
     * @param newMessage the problem and what to do about it
     * @return a copy
     */
    public Failure withMessage(String newMessage) {
        return new Failure(newMessage, tenant, version, file, line, statement, excerpt, sqlState, detail);
    }

    /**
     * This failure with a tenant.
     *
     * @param schema the tenant
     * @return a copy
     */
    public Failure inTenant(String schema) {
        return new Failure(message, Optional.of(schema), version, file, line, statement, excerpt, sqlState, detail);
    }

    /**
     * This failure with a version.
     *
     * @param newVersion the version
     * @return a copy
     */
    public Failure ofVersion(String newVersion) {
        return new Failure(message, tenant, Optional.of(newVersion), file, line, statement, excerpt, sqlState, detail);
    }

    /**
     * This failure with a file.
     *
     * @param newFile the script
     * @return a copy
     */
    public Failure inFile(String newFile) {
        return new Failure(message, tenant, version, Optional.of(newFile), line, statement, excerpt, sqlState, detail);
    }

    /**
     * This failure with a line.
     *
     * @param newLine the line, from 1
     * @return a copy
     */
    public Failure onLine(int newLine) {
        return new Failure(
                message, tenant, version, file, OptionalInt.of(newLine), statement, excerpt, sqlState, detail);
    }

    /**
     * This failure with a statement.
     *
     * @param newStatement the statement's beginning
     * @return a copy
     */
    public Failure inStatement(String newStatement) {
        return new Failure(message, tenant, version, file, line, Optional.of(newStatement), excerpt, sqlState, detail);
    }

    /**
     * This failure with an excerpt.
     *
     * @param newExcerpt a line of the statement and a line with a caret
     * @return a copy
     */
    public Failure withExcerpt(String newExcerpt) {
        return new Failure(message, tenant, version, file, line, statement, Optional.of(newExcerpt), sqlState, detail);
    }

    /**
     * This failure with an error code.
     *
     * @param newSqlState the code
     * @return a copy
     */
    public Failure withSqlState(String newSqlState) {
        return new Failure(message, tenant, version, file, line, statement, excerpt, Optional.of(newSqlState), detail);
    }

    /**
     * This failure with a detail.
     *
     * @param newDetail PostgreSQL's full error
     * @return a copy
     */
    public Failure withDetail(String newDetail) {
        return new Failure(message, tenant, version, file, line, statement, excerpt, sqlState, Optional.of(newDetail));
    }

    /**
     * The coordinates as text, with which log lines and exception messages end.
     *
     * @return e.g. {@code tenant john_12345678, version 20241218_init, init/migration.sql:12, SQLState 42P01}; empty
     *     without coordinates
     */
    public String coordinates() {
        StringBuilder text = new StringBuilder();
        tenant.ifPresent(value -> append(text, "tenant ", value));
        version.ifPresent(value -> append(text, "version ", value));
        file.ifPresent(value -> append(text, "", line.isPresent() ? value + ":" + line.getAsInt() : value));
        sqlState.ifPresent(value -> append(text, "SQLState ", value));
        return text.toString();
    }

    /** The message followed by the coordinates in brackets, without the detail. */
    @Override
    public String toString() {
        String where = coordinates();
        return where.isEmpty() ? message : message + " [" + where + "]";
    }

    private static void append(StringBuilder text, String label, String value) {
        if (!text.isEmpty()) {
            text.append(", ");
        }
        // A name may hold a line break, which would begin a line of its own in a log.
        text.append(label).append(value.replaceAll("\\p{Cc}", "?"));
    }
}
