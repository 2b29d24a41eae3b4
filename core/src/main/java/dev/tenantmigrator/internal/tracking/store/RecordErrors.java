package dev.tenantmigrator.internal.tracking.store;

import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.util.regex.Pattern;

/** Explains errors of statements that record versions. */
public final class RecordErrors {

    /**
     * The table or a column is missing or of another kind (55000: it has become a view), or a constraint refuses the row. Not a lack of
     * privileges.
     */
    private static final Pattern MISMATCH = Pattern.compile("(?:42(?!501)|23|55000).*");

    /** A text has a character that the encoding of the database lacks. */
    private static final String UNENCODABLE = "22P05";

    private RecordErrors() {}

    /**
     * Adds the cause and a remedy to the failure of a statement of the library; leaves other failures as they are.
     *
     * @param scriptIsAtFault the message when the script has changed the table in the tenant's schema
     */
    public static Failure explained(Failure failure, SQLException e, Recorder recorder, String scriptIsAtFault) {
        String state = SqlErrors.state(e);
        if (e instanceof ScriptFailure) {
            return failure;
        }
        if (state.equals(UNENCODABLE)) {
            return failure.withMessage("the encoding of the database lacks a character of the version; rename the"
                    + " migration's directory, or use a database in UTF-8 (" + failure.message() + ")");
        }
        return recorder.tableInSchema().isPresent() && MISMATCH.matcher(state).matches()
                ? failure.withMessage(scriptIsAtFault + " (" + failure.message() + ")")
                : failure;
    }
}
