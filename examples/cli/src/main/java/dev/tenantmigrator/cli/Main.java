package dev.tenantmigrator.cli;

import dev.tenantmigrator.cli.command.Program;
import dev.tenantmigrator.cli.setup.CliContext;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The operator's command line. */
public final class Main {

    /** Held, so that its level is not lost with it: the driver logs what the report says, and parts of URLs. */
    private static final Logger DRIVER_LOG = Logger.getLogger("org.postgresql");

    private Main() {}

    /**
     * Runs one command and ends the process with its exit code.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        // Some newer JDKs have a console even where input and output are no terminal; this one is there only where they
        // are.
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
     * @param context where it reads and writes
     * @param args see {@code --help}
     * @return 0: all well; 1: a tenant failed or is unhealthy; 2: wrong usage, unreadable migrations, no connection
     */
    public static int run(CliContext context, String... args) {
        DRIVER_LOG.setLevel(Level.OFF);
        return Program.run(context, args);
    }
}
