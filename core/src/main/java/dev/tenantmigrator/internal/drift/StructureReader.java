package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Reads the structure of schemas, in a transaction or savepoint that is rolled back, because its settings are changed. A view is locked when its definition is read. */
final class StructureReader {

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private static final String LIMIT_EXCEEDED = "54000";

    /** Far more than any application's; a tenant's own objects must not exhaust the memory of the one who compares. */
    private static final long MOST_CHARACTERS = 64L << 20;

    private final String salt = UUID.randomUUID().toString();
    private final String rows;
    private final String fingerprints;

    StructureReader(boolean privileges) {
        this.rows = StructureQuery.rows(privileges);
        this.fingerprints = StructureQuery.fingerprints(privileges);
    }

    /** The fingerprints of schemas, without those that do not exist. */
    Map<String, Fingerprint> fingerprints(Connection connection, Collection<String> schemas) throws SQLException {
        Jdbc.execute(connection, StructureQuery.SETTINGS);
        Map<String, Fingerprint> found = new TreeMap<>();
        Jdbc.forEach(
                connection,
                fingerprints,
                row -> {
                    requireUsage(row);
                    found.put(row.getString(1), new Fingerprint(row.getLong(3), sum(row, 4), sum(row, 5)));
                },
                schemas,
                salt);
        return found;
    }

    /** The fingerprint of one object, to be compared with {@link #fingerprints}. */
    Fingerprint fingerprint(StructureRow row) {
        return Fingerprint.of(row, salt);
    }

    private static BigInteger sum(ResultSet row, int column) throws SQLException {
        BigDecimal sum = row.getBigDecimal(column);
        return sum == null ? BigInteger.ZERO : sum.toBigIntegerExact();
    }

    /**
     * All objects of a schema; none when it does not exist.
     *
     * @throws SQLException also when their definitions are too long to be compared
     */
    List<StructureRow> rows(Connection connection, String schema) throws SQLException {
        AtomicLong characters = new AtomicLong();
        Jdbc.execute(connection, StructureQuery.SETTINGS);
        List<StructureRow> found = new ArrayList<>();
        Jdbc.forEachOfMany(
                connection,
                rows,
                row -> {
                    requireUsage(row);
                    StructureRow object = new StructureRow(
                            StructureQuery.KINDS.get(row.getInt(3)),
                            row.getString(4),
                            Optional.ofNullable(row.getString(5)),
                            Stream.of((String[]) row.getArray(6).getArray())
                                    .map(Optional::ofNullable)
                                    .toList(),
                            Optional.ofNullable(row.getString(7)));
                    if (characters.addAndGet(object.characters()) > MOST_CHARACTERS) {
                        throw new SQLException(
                                "the definitions of its objects have more than " + MOST_CHARACTERS
                                        + " characters, the last one "
                                        + object.kind().name() + ' ' + object.object(),
                                LIMIT_EXCEEDED);
                    }
                    found.add(object);
                },
                List.of(schema));
        return found;
    }

    /** Without USAGE, names of a schema's own objects would be written with the schema. */
    private static void requireUsage(ResultSet row) throws SQLException {
        if (!row.getBoolean(2)) {
            throw new SQLException(
                    "the role of this connection lacks USAGE on the schema; run as its owner", INSUFFICIENT_PRIVILEGE);
        }
    }
}
