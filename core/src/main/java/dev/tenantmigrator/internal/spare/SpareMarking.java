package dev.tenantmigrator.internal.spare;

import dev.tenantmigrator.event.SpareEvent;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.config.Events;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.residue.NameResidue;
import dev.tenantmigrator.internal.residue.NameResidue.Place;
import dev.tenantmigrator.internal.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Marks a schema as a spare, once its contents were searched for its name. */
public final class SpareMarking {

    private static final Logger LOG = LoggerFactory.getLogger(SpareMarking.class);

    private static final String DIFFERS = "the spare's record is not that of the migrations";

    private SpareMarking() {}

    /**
     * Marks a new spare, or one that was migrated, in the transaction that holds its lock or made it.
     *
     * @param digest of the record that it has
     * @throws SQLException when it has another record
     */
    public static void mark(Config config, Connection connection, String schema, String digest) throws SQLException {
        config.recorder().assertDigest(schema, digest, DIFFERS).send(connection);
        List<Place> places = new ArrayList<>(NameResidue.inDefinitions(connection, schema));
        places.addAll(NameResidue.inData(connection, schema));
        Optional<String> comment = Optional.ofNullable(Jdbc.queryOne(
                        connection,
                        "SELECT pg_catalog.obj_description(oid, 'pg_namespace') FROM pg_catalog.pg_namespace WHERE nspname = ?",
                        row -> Optional.ofNullable(row.getString(1)).orElse(""),
                        schema))
                .filter(text -> !text.isEmpty());
        Optional<SpareMark> before = comment.flatMap(SpareMark::parse);
        Optional<String> own = before.isPresent() ? before.get().comment() : comment;
        List<String> unfit = new ArrayList<>(places.stream()
                .filter(place -> !place.adaptable())
                .map(Place::object)
                .toList());
        // The search sees neither the comment behind the mark nor large objects of an earlier transaction.
        if (own.filter(text -> text.toLowerCase(Locale.ROOT).contains(schema)).isPresent() && before.isPresent()) {
            unfit.add("comment on schema");
        }
        before.map(SpareMark::unfit).orElse(List.of()).stream()
                .filter(place -> place.startsWith("large object"))
                .forEach(unfit::add);
        SpareMark mark = new SpareMark(
                digest,
                before.map(SpareMark::since).orElseGet(Instant::now),
                places.stream().anyMatch(Place::adaptable),
                unfit,
                own);
        new Pipeline()
                .add("COMMENT ON SCHEMA " + Sql.identifier(schema) + " IS " + Sql.literal(mark.text()))
                .send(connection);
        if (!unfit.isEmpty()) {
            LOG.warn(
                    "No tenant is made from a spare with these migrations, because renaming would leave the spare's name in: {};"
                            + " tenants are created by running all migrations",
                    String.join(", ", unfit));
            Events.publish(config, new SpareEvent.SpareUnfit(unfit));
        }
    }
}
