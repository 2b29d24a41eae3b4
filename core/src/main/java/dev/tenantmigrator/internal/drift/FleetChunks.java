package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.tracking.ParallelChunks;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Divides a fleet into chunks of about the same number of relations. A backend keeps about 2.6 KB for each relation that it has described, so
 * it is renewed after some chunks.
 */
final class FleetChunks {

    private static final int MOST_TENANTS = 50;

    private static final int MOST_RELATIONS = 2_000;

    private static final int CHUNKS_PER_CONNECTION = 15;

    private static final String RELATIONS = """
            SELECT n.nspname, s.relations
              FROM (SELECT c.relnamespace, pg_catalog.count(*) FROM pg_catalog.pg_class c GROUP BY c.relnamespace) s(oid, relations)
              JOIN pg_catalog.pg_namespace n ON n.oid = s.oid""";

    private FleetChunks() {}

    /** Works on all chunks in parallel. */
    static void read(Config config, List<String> schemas, ParallelChunks.Work work) throws SQLException {
        List<ParallelChunks.Question> questions = new ArrayList<>();
        for (List<String> chunk : chunks(schemas, relations(config))) {
            questions.add(connection -> work.read(connection, chunk));
        }
        ParallelChunks.ask(config, questions, CHUNKS_PER_CONNECTION);
    }

    private static Map<String, Integer> relations(Config config) throws SQLException {
        Map<String, Integer> relations = new HashMap<>();
        try (Session session = Session.openToRead(config.dataSource())) {
            Jdbc.forEach(session.connection(), RELATIONS, row -> relations.put(row.getString(1), row.getInt(2)));
        }
        return relations;
    }

    static List<List<String>> chunks(List<String> schemas, Map<String, Integer> relations) {
        List<List<String>> chunks = new ArrayList<>();
        List<String> chunk = new ArrayList<>();
        int inChunk = 0;
        for (String schema : schemas) {
            int own = relations.getOrDefault(schema, 0);
            if (!chunk.isEmpty() && (chunk.size() == MOST_TENANTS || inChunk + own > MOST_RELATIONS)) {
                chunks.add(List.copyOf(chunk));
                chunk.clear();
                inChunk = 0;
            }
            chunk.add(schema);
            inChunk += own;
        }
        if (!chunk.isEmpty()) {
            chunks.add(List.copyOf(chunk));
        }
        return chunks;
    }
}
