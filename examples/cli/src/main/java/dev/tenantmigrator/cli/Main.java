package dev.tenantmigrator.cli;

import dev.tenantmigrator.cli.command.Program;
import dev.tenantmigrator.cli.setup.CliContext;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The operator's command line. */
public final class Main {

    /**
     * The driver's log is off: the report has its errors, and its lines can hold parts of URLs. A strong reference keeps the
     * level, because unreferenced JDK loggers are garbage collected.
     */
    private static final Logger DRIVER_LOG = Logger.getLogger("org.postgresql");

    private Main() {}

    /**
     * Runs one command and ends the process with its exit code.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        // Some JDKs from 22 on return a console even without a terminal; this provider requires one.
        System.setProperty("jdk.console", "java.base");
        CliContext context = CliContext.ofProcess();
        int exitCode = run(context, args);
        context.out().flush();
        context.err().flush();
        System.exit(exitCode);
    }

    /**
     * Runs one command.
     *
     * @param context the streams, environment and directory of the command
     * @param args see {@code --help}
     * @return 0: success; 1: a tenant failed, is unhealthy, drifted or pending; 2: wrong usage, unreadable migrations, no connection
     */
    public static int run(CliContext context, String... args) {
        DRIVER_LOG.setLevel(Level.OFF);
        return Program.run(context, args);
    }
}
