package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.jdbc.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The check found foreign objects: the transaction touched or read something outside of its tenant's schema that is not allowed. */
public final class ForeignObjectsException extends SQLException {

    /** The full check raises it, followed by a line for each foreign object. */
    static final String MARKER = SqlErrors.marker("something outside was touched");

    private static final long serialVersionUID = 1L;

    /** Names in the message: more would hide the advice behind them, and the first ones show the pattern. */
    private static final int NAMED = 3;

    private final transient List<ForeignObject> objects;
    private final boolean onlyRead;

    private ForeignObjectsException(List<ForeignObject> objects, boolean onlyRead) {
        super((onlyRead ? "read " : "touched ") + objects);
        this.objects = objects;
        this.onlyRead = onlyRead;
    }

    /** The check's answer in an error; empty when the error is another one. Dropped objects have no name in it yet. */
    public static Optional<ForeignObjectsException> find(SQLException e) {
        boolean onlyRead = SqlErrors.says(e, ReadCheck.MARKER);
        if (!onlyRead && !SqlErrors.says(e, MARKER)) {
            return Optional.empty();
        }
        List<ForeignObject> objects = String.valueOf(SqlErrors.root(e).getMessage())
                .lines()
                .flatMap(line -> ForeignObject.parse(line).stream())
                .toList();
        return Optional.of(new ForeignObjectsException(objects, onlyRead));
    }

    /**
     * The message for the report.
     *
     * @param connection after the rollback, so that dropped objects have their names again
     * @param reads describes objects that were only read
     */
    String describe(Connection connection, ReadWarnings reads) throws SQLException {
        if (onlyRead) {
            return reads.forbidden(connection, objects);
        }
        return "the script touched " + names(connection)
                + ", outside of its tenant's schema; nothing of it was kept. If its text does not show this, the cause is dynamic"
                + " SQL, a function"
                + (objects.stream().allMatch(ForeignObject::isInNoSchema)
                        ? " or a trigger"
                        : ", a trigger, or a name without a schema that the tenant does not have: write public.x, which"
                                + " is always the tenant's")
                + ". " + objects.stream().map(ForeignObject::advice).distinct().collect(Collectors.joining(". "));
    }

    /**
     * The message when the library itself changed the tenant's record, and no script ran.
     *
     * @param connection after the rollback, so that dropped objects have their names again
     */
    public String describeOfRecord(Connection connection) throws SQLException {
        return "a trigger on the tracking table, or a rule, touched " + names(connection)
                + ", outside of its tenant's schema; remove it";
    }

    private String names(Connection connection) throws SQLException {
        Set<String> names = new LinkedHashSet<>();
        for (ForeignObject object : objects) {
            names.add(object.describe(connection));
        }
        List<String> tablesFirst = names.stream()
                .sorted(Comparator.comparing((String name) -> !name.startsWith("table ")))
                .toList();
        String more = tablesFirst.size() > NAMED ? " and " + (tablesFirst.size() - NAMED) + " more" : "";
        return String.join(", ", tablesFirst.subList(0, Math.min(NAMED, tablesFirst.size()))) + more;
    }
}
