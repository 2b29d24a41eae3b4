package dev.tenantmigrator.internal.config;

import java.util.ArrayList;
import java.util.List;

/** Daemon threads that share one piece of work and are joined at its end. */
public final class Threads {

    private final List<Thread> threads = new ArrayList<>();

    private Threads() {}

    /**
     * Starts threads that all run the same work.
     *
     * @param name of each thread, followed by its number from 1
     */
    public static Threads start(int number, String name, Runnable work) {
        Threads started = new Threads();
        for (int i = 1; i <= number; i++) {
            Thread thread = new Thread(work, name + i);
            thread.setDaemon(true);
            thread.start();
            started.threads.add(thread);
        }
        return started;
    }

    /**
     * Waits until all threads have ended. An interrupt does not end the wait; this thread is interrupted again afterwards.
     *
     * @param interrupted runs at each interrupt
     */
    public void join(Runnable interrupted) {
        boolean wasInterrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    wasInterrupted = true;
                    interrupted.run();
                }
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
