package dev.tenantmigrator.cli.setup;

/** Adds and removes shutdown hooks; does nothing if the process is already ending. */
final class ShutdownHooks {

    private ShutdownHooks() {}

    static void add(Thread hook) {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending already.
        }
    }

    static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending already.
        }
    }
}
