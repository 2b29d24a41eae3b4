package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.sql.ReservedSchemas;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Describes reads outside of tenants, and logs them once per script of a run; once more when the script has read another tenant's
 * table in a later tenant, and the first line named none. Thread-safe.
 */
final class ReadWarnings {

    private static final Logger LOG = LoggerFactory.getLogger(ReadWarnings.class);

    private static final String OF_ANOTHER_TENANT = " of another tenant";

    /** Names in a message: the first ones show the pattern. */
    private static final int NAMED = 3;

    private static final String ADVICE =
            "If its text does not show this, the cause is dynamic SQL, a view, a function, a trigger, or a name without a schema"
                    + " that the tenant does not have: write public.x, which is always the tenant's. To allow it, name it as a"
                    + " shared object (--shared-object), a table (--allow-table) or a schema (--allow-schema)";

    private final Config config;
    private final ReadCheck check;

    /** Relations that may be read by everybody. */
    private final Set<Long> harmless = ConcurrentHashMap.newKeySet();

    /** By file the relations that need no second look. */
    private final Map<String, Set<Long>> seen = new ConcurrentHashMap<>();

    private final Set<String> logged = ConcurrentHashMap.newKeySet();
    private final Set<String> loggedOfAnotherTenant = ConcurrentHashMap.newKeySet();

    ReadWarnings(Config config, ReadCheck check) {
        this.config = config;
        this.check = check;
    }

    /**
     * Logs reads after their transaction has succeeded, or at its end.
     *
     * @param file the file that read; empty when it is unknown, and then only what no file is known to read is logged
     * @param relations that may be outside
     */
    void warn(Connection connection, String tenant, String file, Set<Long> relations) {
        relations.removeAll(harmless);
        if (file.isEmpty()) {
            seen.values().forEach(relations::removeAll);
        }
        if (seen.computeIfAbsent(file, any -> ConcurrentHashMap.newKeySet()).addAll(relations)) {
            try {
                List<ForeignObject> read = outside(connection, tenant, relations);
                Set<Long> allowed = new HashSet<>(relations);
                read.forEach(object -> allowed.remove(object.oid()));
                harmless.addAll(allowed);
                if (!read.isEmpty()) {
                    log(connection, tenant, file, read);
                }
            } catch (SQLException e) {
                LOG.warn("Reads of {} cannot be looked up: {}", file, SqlErrors.message(e));
            }
        }
    }

    private List<ForeignObject> outside(Connection connection, String tenant, Set<Long> relations) throws SQLException {
        return Jdbc.query(
                connection,
                check.outsideSql("SELECT pg_catalog.unnest(?::oid[])", "?"),
                row -> new ForeignObject(1259, row.getLong(1), row.getString(2)),
                relations.stream().map(String::valueOf).toList(),
                tenant);
    }

    private void log(Connection connection, String tenant, String file, Collection<ForeignObject> read) {
        String names = names(connection, read);
        boolean first = logged.add(file);
        if (names.contains(OF_ANOTHER_TENANT) ? loggedOfAnotherTenant.add(file) : first) {
            LOG.warn(
                    "{} read {}, outside of its tenant's schema, in {}. {}; to have such migrations rolled back,"
                            + " forbid it (--reads-outside forbid)",
                    file.isEmpty() ? "A migration of a new tenant" : file,
                    names,
                    tenant.startsWith(ReservedSchemas.OWN_PREFIX) ? "a scratch schema" : "tenant " + tenant,
                    ADVICE);
        }
    }

    /** The message for a report, after the rollback. */
    String forbidden(Connection connection, Collection<ForeignObject> read) {
        return "the script read " + names(connection, read)
                + ", outside of its tenant's schema, and such reads are forbidden; nothing of it was kept. " + ADVICE
                + ", or let it pass (--reads-outside warn)";
    }

    private String names(Connection connection, Collection<ForeignObject> read) {
        List<String> names = new ArrayList<>();
        Set<Long> others = ofOtherTenants(connection, read);
        read.stream()
                .filter(object -> others.contains(object.oid()))
                .forEach(object -> names.add(object.name() + OF_ANOTHER_TENANT));
        read.stream().filter(object -> !others.contains(object.oid())).forEach(object -> names.add(object.name()));
        String more = names.size() > NAMED ? " and more" : "";
        return String.join(", ", names.subList(0, Math.min(NAMED, names.size()))) + more;
    }

    private Set<Long> ofOtherTenants(Connection connection, Collection<ForeignObject> read) {
        Set<Long> others = ConcurrentHashMap.newKeySet();
        try {
            Map<String, List<Long>> bySchema = new TreeMap<>();
            Jdbc.forEach(
                    connection,
                    "SELECT c.oid, n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                            + " WHERE c.oid = ANY (?::oid[])",
                    row -> bySchema.computeIfAbsent(row.getString(2), any -> new ArrayList<>())
                            .add(row.getLong(1)),
                    read.stream().map(object -> String.valueOf(object.oid())).toList());
            bySchema.remove(config.sharedSchema());
            for (Map.Entry<String, List<Long>> schema : bySchema.entrySet()) {
                if (config.recorder().isTracked(connection, schema.getKey())) {
                    others.addAll(schema.getValue());
                }
            }
        } catch (SQLException e) {
            // The migration's result must not depend on a better message.
            LOG.debug("The schemas of relations cannot be read", SqlErrors.withoutDetail(e));
        }
        return others;
    }
}
