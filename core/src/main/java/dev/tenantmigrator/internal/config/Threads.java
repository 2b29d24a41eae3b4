package dev.tenantmigrator.internal.config;

import java.util.ArrayList;
import java.util.List;

/** Threads that do one piece of work together and are waited for. They never keep a JVM from ending. */
public final class Threads {

    private final List<Thread> threads = new ArrayList<>();

    private Threads() {}

    /**
     * Starts some.
     *
     * @param name of each, followed by its number from 1
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
     * Waits until all have ended, also when this thread is interrupted; it stays so.
     *
     * @param interrupted told at each interrupt
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
