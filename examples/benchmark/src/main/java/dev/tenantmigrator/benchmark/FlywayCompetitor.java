package dev.tenantmigrator.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/**
 * Flyway, one instance per schema, as its documentation advises for many schemas of one structure. Two settings differ from the
 * defaults: no connection retries, and logging through SLF4J. By default Flyway validates checksums, as the others do, and each
 * migration is a transaction. With {@code group(true)} all pending migrations share a transaction, which makes the creation of
 * a tenant faster.
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
    public void migrations(List<MigrationScript> scripts) throws IOException {
        for (MigrationScript script : scripts) {
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
