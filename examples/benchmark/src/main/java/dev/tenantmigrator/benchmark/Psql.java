package dev.tenantmigrator.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.postgresql.ds.PGSimpleDataSource;

/** Runs psql, PostgreSQL's command line, which sends one statement after the other on one connection. */
final class Psql {

    private final PGSimpleDataSource database;
    private final Path directory;

    Psql(PGSimpleDataSource database, Path directory) {
        this.database = database;
        this.directory = directory;
    }

    /** True if psql is on the path. */
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

    /** Writes a script for {@link #run}. */
    Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    /** Runs a script in a new process. Throws at the first error, with psql's output. */
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
        // Writing notices would add to the measured time.
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
