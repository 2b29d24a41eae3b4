package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.sql.Sql;
import java.sql.Connection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The relations outside of a tenant that one transaction has read. It asks the database at the end of the transaction, hears the answer
 * in a notice, and logs it after the script has succeeded. Where reads are forbidden the question fails instead, with a {@link
 * ForeignObjectsException}.
 */
public final class OutsideReads {

    /** The label of the question at the end. */
    static final int AT_END = -1;

    private static final Pattern ANSWER = Pattern.compile(Pattern.quote(ReadCheck.MARKER) + " (-?\\d+) ([\\d ]+)");

    private static final Pattern OID = Pattern.compile("\\d+");

    private final ReadCheck check;
    private final ReadWarnings warnings;
    private final String tenant;
    private final Map<Integer, Set<Long>> found = new TreeMap<>();
    private final Set<Long> known = new HashSet<>();

    OutsideReads(ReadCheck check, ReadWarnings warnings, String tenant) {
        this.check = check;
        this.warnings = warnings;
        this.tenant = tenant;
    }

    /**
     * The beginning of a script.
     *
     * @param readByOthers whether others than the built-in stores have read by now, which does not count
     */
    public Pipeline begin(boolean readByOthers) {
        Pipeline pipeline = new Pipeline();
        return readByOthers && check.isAsked() ? pipeline.add(ReadCheck.REMEMBER_READS) : pipeline;
    }

    /** The question as a statement, for {@link Containment#LIBRARY_SETTINGS} after the script; empty when reads are allowed. */
    public Optional<String> sql() {
        return sql(AT_END);
    }

    /**
     * The question after one of several scripts of a transaction; empty unless reads are logged.
     *
     * @param script the number of the script, from 0
     */
    public Optional<String> sqlAfter(int script) {
        return check.isLogged() ? sql(script) : Optional.empty();
    }

    private Optional<String> sql(int label) {
        return check.isAsked()
                ? Optional.of(check.sql(Sql.literal(tenant), label, ReadCheck.MARKER))
                : Optional.empty();
    }

    /** Hears the answers in a pipeline. */
    public Pipeline heardIn(Pipeline pipeline) {
        return check.isLogged() ? pipeline.onNotice(ReadCheck.MARKER, this::hear) : pipeline;
    }

    private void hear(String notice) {
        Matcher answer = ANSWER.matcher(notice);
        if (answer.find()) {
            Set<Long> relations = found.computeIfAbsent(Integer.valueOf(answer.group(1)), label -> new HashSet<>());
            OID.matcher(answer.group(2))
                    .results()
                    .map(oid -> Long.valueOf(oid.group()))
                    .filter(known::add)
                    .forEach(relations::add);
        }
    }

    /** Logs the reads of the only script of the transaction. */
    public void warn(Connection connection, String file) {
        warn(connection, script -> file);
    }

    /** Logs the reads of several scripts, whose files are known by their numbers. */
    public void warn(Connection connection, List<String> files) {
        warn(connection, script -> script == AT_END ? "" : files.get(script));
    }

    private void warn(Connection connection, IntFunction<String> files) {
        found.forEach((script, relations) -> warnings.warn(connection, tenant, files.apply(script), relations));
        found.clear();
    }
}
