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
 * Liquibase, one instance per schema with a changelog of formatted SQL, as its integrations run it for many tenants. Its summary
 * and its log are off, and each thread has classes of its own.
 */
final class LiquibaseCompetitor implements Competitor {

    private static final String CHANGELOG = "changelog.sql";

    /** Held, so that its level is not lost with it. */
    private static final Logger LOG = Logger.getLogger("liquibase");

    private final DataSource dataSource;
    private final Path directory;
    private final BlockingQueue<LiquibaseThread> threads = new LinkedBlockingQueue<>();

    LiquibaseCompetitor(DataSource dataSource, Path directory, int threads) throws ReflectiveOperationException {
        this.dataSource = dataSource;
        this.directory = directory;
        LOG.setLevel(Level.SEVERE);
        System.setProperty("liquibase.analytics.enabled", "false");
        for (int i = 0; i < threads; i++) {
            ClassLoader loader = new IsolatedLoader(LiquibaseCompetitor.class.getClassLoader());
            this.threads.add((LiquibaseThread) loader.loadClass(LiquibaseRun.class.getName())
                    .getConstructor()
                    .newInstance());
        }
    }

    @Override
    public void migrations(List<Script> scripts) throws IOException {
        Files.writeString(
                directory.resolve(CHANGELOG),
                scripts.stream()
                        .map(script -> "--changeset benchmark:" + script.version() + "\n" + script.unqualified() + "\n")
                        .collect(Collectors.joining("", "--liquibase formatted sql\n\n", "")));
        threads.forEach(LiquibaseThread::forget);
    }

    @Override
    public void create(List<String> schemas) throws Exception {
        each(Work.CREATE, schemas);
    }

    @Override
    public void deployOne(List<String> schemas) throws Exception {
        each(Work.DEPLOY_ONE, schemas);
    }

    @Override
    public void noop(List<String> schemas) throws Exception {
        each(Work.NOOP, schemas);
    }

    @Override
    public void status(List<String> schemas) throws Exception {
        each(Work.STATUS, schemas);
    }

    @Override
    public void verify(List<String> schemas) throws Exception {
        each(Work.VERIFY, schemas);
    }

    private void each(Work work, List<String> schemas) throws Exception {
        Workers.each(threads.size(), schemas, schema -> {
            LiquibaseThread thread = threads.take();
            Thread.currentThread().setContextClassLoader(thread.getClass().getClassLoader());
            try (Connection connection = dataSource.getConnection()) {
                if (work == Work.CREATE) {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("CREATE SCHEMA \"" + schema + "\"");
                    }
                }
                thread.run(work, connection, schema, directory, CHANGELOG);
            } finally {
                threads.add(thread);
            }
        });
    }
}
