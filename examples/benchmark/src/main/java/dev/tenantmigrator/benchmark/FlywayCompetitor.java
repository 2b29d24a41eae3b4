package dev.tenantmigrator.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/**
 * Flyway, one instance per schema, as its documentation advises for many schemas of the same structure. Against its defaults
 * only: no retries of connecting, and its log through SLF4J. So it validates, as the others compare checksums, and each
 * migration is a transaction; with {@code group(true)} all that is pending is one, which makes creating a tenant faster.
 */
final class FlywayCompetitor implements Competitor {

    private final DataSource dataSource;
    private final Path directory;
    private final int threads;

    FlywayCompetitor(DataSource dataSource, Path directory, int threads) {
        this.dataSource = dataSource;
        this.directory = directory;
        this.threads = threads;
    }

    @Override
    public void migrations(List<Script> scripts) throws IOException {
        for (Script script : scripts) {
            Files.writeString(
                    directory.resolve("V" + script.number() + "__" + script.name() + ".sql"), script.unqualified());
        }
    }

    @Override
    public void create(List<String> schemas) throws Exception {
        migrate(schemas);
    }

    @Override
    public void deployOne(List<String> schemas) throws Exception {
        migrate(schemas);
    }

    @Override
    public void noop(List<String> schemas) throws Exception {
        migrate(schemas);
    }

    @Override
    public void status(List<String> schemas) throws Exception {
        Workers.each(threads, schemas, schema -> flyway(schema).info().all());
    }

    @Override
    public void verify(List<String> schemas) throws Exception {
        Workers.each(threads, schemas, schema -> flyway(schema).validate());
    }

    private void migrate(List<String> schemas) throws Exception {
        Workers.each(threads, schemas, schema -> flyway(schema).migrate());
    }

    private Flyway flyway(String schema) {
        return Flyway.configure()
                .dataSource(dataSource)
                .defaultSchema(schema)
                .schemas(schema)
                .locations("filesystem:" + directory)
                .connectRetries(0)
                .loggers("slf4j")
                .load();
    }
}
