package dev.tenantmigrator.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.postgresql.ds.PGSimpleDataSource;

/** PostgreSQL's own command line, which sends one statement after the other on one connection. */
final class Psql {

    private final PGSimpleDataSource database;
    private final Path directory;

    Psql(PGSimpleDataSource database, Path directory) {
        this.database = database;
        this.directory = directory;
    }

    /** Whether the path has one. */
    static boolean installed() throws InterruptedException {
        try {
            return new ProcessBuilder("psql", "--version")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Writes a file for {@link #run}. */
    Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    /** Runs a file from the start of a process to its end. Fails with what psql said at the first error. */
    void run(Path file) throws IOException, InterruptedException {
        ProcessBuilder psql = new ProcessBuilder(
                "psql", "--no-psqlrc", "--no-password", "--quiet", "--set=ON_ERROR_STOP=1", "--file=" + file);
        psql.environment().put("PGHOST", database.getServerNames()[0]);
        psql.environment().put("PGPORT", String.valueOf(database.getPortNumbers()[0]));
        psql.environment().put("PGDATABASE", String.valueOf(database.getDatabaseName()));
        if (database.getUser() != null) {
            psql.environment().put("PGUSER", database.getUser());
        }
        if (database.getPassword() != null) {
            psql.environment().put("PGPASSWORD", database.getPassword());
        }
        if (database.getSslMode() != null) {
            psql.environment().put("PGSSLMODE", database.getSslMode());
        }
        // Notices are no result, and writing them must not count.
        psql.environment().put("PGOPTIONS", "-c client_min_messages=warning");
        Path log = directory.resolve("psql.log");
        int exitCode = psql.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(log.toFile())
                .start()
                .waitFor();
        if (exitCode != 0) {
            throw new IllegalStateException("psql ended with " + exitCode + ": " + Files.readString(log));
        }
    }
}
