package dev.tenantmigrator.internal.spare;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.sql.ReservedSchemas;
import dev.tenantmigrator.report.SpareTenant;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A spare tenant. Its name is random and never used again, so the lock of that name is the lock of this spare, also after it was taken;
 * and a search of its contents for the name finds nothing else.
 *
 * @param oid the schema's object identifier
 * @param owned whether this role owns it
 */
public record Spare(String schema, long oid, SpareMark mark, boolean owned) {

    private static final int RANDOM_BYTES = 10;

    private static final SecureRandom RANDOM = new SecureRandom();

    /** A condition: a schema is this role's own. Another role could put anything into its schema, and keeps its rights in it. */
    static final String OWNED = "pg_catalog.pg_get_userbyid(n.nspowner) OPERATOR(pg_catalog.=) current_user";

    private static final Pattern NAME = Pattern.compile(ReservedSchemas.SPARE_PREFIX + "[0-9a-f]{20}");

    /** By the range of names, which the index on names serves. */
    private static final String QUERY = """
            SELECT n.nspname, n.oid, d.description, %3$s
              FROM pg_catalog.pg_namespace n
              LEFT JOIN pg_catalog.pg_description d ON d.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
               AND d.objoid OPERATOR(pg_catalog.=) n.oid AND d.objsubid OPERATOR(pg_catalog.=) 0
             WHERE n.nspname OPERATOR(pg_catalog.>=) '%1$s' AND n.nspname OPERATOR(pg_catalog.<) '%2$s'
             ORDER BY n.nspname""".formatted(
            ReservedSchemas.SPARE_PREFIX,
            ReservedSchemas.SPARE_PREFIX.substring(0, ReservedSchemas.SPARE_PREFIX.length() - 1) + (char) ('_' + 1),
            OWNED);

    /** A name that no schema has or had. */
    public static String newName() {
        byte[] random = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(random);
        return ReservedSchemas.SPARE_PREFIX + HexFormat.of().formatHex(random);
    }

    /** All spares of the database, in the order of their names. */
    public static List<Spare> read(Connection connection) throws SQLException {
        List<Spare> spares = new ArrayList<>();
        Jdbc.forEachPrepared(connection, QUERY, row -> {
            String schema = row.getString(1);
            long oid = row.getLong(2);
            boolean owned = row.getBoolean(4);
            if (NAME.matcher(schema).matches()) {
                // A migration that comments on its schema has overwritten the mark; the next deploy or refill finds it.
                SpareMark mark = Optional.ofNullable(row.getString(3))
                        .flatMap(SpareMark::parse)
                        .orElse(SpareMark.NONE);
                spares.add(new Spare(schema, oid, mark, owned));
            }
        });
        return spares;
    }

    /** Whether its record is said to be this one. */
    public boolean has(String digest) {
        return mark.digest().equals(digest);
    }

    /** Whether it can be taken by an instance with this record. */
    public boolean isReady(String digest) {
        return has(digest) && owned && !isUnfit();
    }

    /** Whether its migrations put its name where renaming cannot reach it. */
    public boolean isUnfit() {
        return !mark.unfit().isEmpty();
    }

    /** The time at which it was made. */
    public Instant since() {
        return mark.since();
    }

    /** The spare for a report. */
    public SpareTenant describe(String digest) {
        if (!owned) {
            return new SpareTenant(schema, SpareTenant.State.UNFIT, mark.since(), List.of());
        }
        SpareTenant.State state = isUnfit() ? SpareTenant.State.UNFIT : SpareTenant.State.READY;
        return new SpareTenant(schema, has(digest) ? state : SpareTenant.State.BEHIND, mark.since(), mark.unfit());
    }
}
