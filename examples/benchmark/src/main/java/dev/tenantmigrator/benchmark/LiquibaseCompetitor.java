package dev.tenantmigrator.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * Liquibase, one instance per schema with a changelog of formatted SQL, as its integrations run it for many tenants. Summary and
 * log are off. Each thread has its own copy of Liquibase's classes, see {@link IsolatedClassLoader}.
 */
final class LiquibaseCompetitor implements Competitor {

    private static final String CHANGELOG = "changelog.sql";

    /** A strong reference keeps the level, because unreferenced JDK loggers are garbage collected. */
    private static final Logger LOG = Logger.getLogger("liquibase");

    private final DataSource dataSource;
    private final Path directory;
    private final BlockingQueue<IsolatedLiquibase> threads = new LinkedBlockingQueue<>();

    LiquibaseCompetitor(DataSource dataSource, Path directory, int threads) throws ReflectiveOperationException {
        this.dataSource = dataSource;
        this.directory = directory;
        LOG.setLevel(Level.SEVERE);
        System.setProperty("liquibase.analytics.enabled", "false");
        for (int i = 0; i < threads; i++) {
            ClassLoader loader = new IsolatedClassLoader(LiquibaseCompetitor.class.getClassLoader());
            this.threads.add((IsolatedLiquibase) loader.loadClass(LiquibaseRunner.class.getName())
                    .getConstructor()
                    .newInstance());
        }
    }

    @Override
    public void migrations(List<MigrationScript> scripts) throws IOException {
        Files.writeString(
                directory.resolve(CHANGELOG),
                scripts.stream()
                        .map(script -> "--changeset benchmark:" + script.version() + "\n" + script.unqualified() + "\n")
                        .collect(Collectors.joining("", "--liquibase formatted sql\n\n", "")));
        threads.forEach(IsolatedLiquibase::clearCache);
    }

    @Override
    public void create(List<String> schemas) throws Exception {
        each(Operation.CREATE, schemas);
    }

    @Override
    public void deployOne(List<String> schemas) throws Exception {
        each(Operation.DEPLOY_ONE, schemas);
    }

    @Override
    public void noop(List<String> schemas) throws Exception {
        each(Operation.NOOP, schemas);
    }

    @Override
    public void status(List<String> schemas) throws Exception {
        each(Operation.STATUS, schemas);
    }

    @Override
    public void verify(List<String> schemas) throws Exception {
        each(Operation.VERIFY, schemas);
    }

    private void each(Operation operation, List<String> schemas) throws Exception {
        Workers.each(threads.size(), schemas, schema -> {
            IsolatedLiquibase thread = threads.take();
            Thread.currentThread().setContextClassLoader(thread.getClass().getClassLoader());
            try (Connection connection = dataSource.getConnection()) {
                if (operation == Operation.CREATE) {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("CREATE SCHEMA \"" + schema + "\"");
                    }
                }
                thread.run(operation, connection, schema, directory, CHANGELOG);
            } finally {
                threads.add(thread);
            }
        });
    }
}
