package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegisterManyTest {

    private static final int MANY = 12;

    @Test
    void manyAtOnceSucceedOnAnEmptyDatabase(@TempDir Path directory) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(MANY);
        try (TestDatabase database = TestDatabase.create("register_many")) {
            Cli cli = Cli.on(database, directory).withSample();
            CyclicBarrier start = new CyclicBarrier(MANY);
            List<Callable<Cli.Result>> registrations = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                String[] args = {"register", "user" + i, "--email", "user" + i + "@example.com"};
                registrations.add(() -> {
                    start.await();
                    return cli.run(args);
                });
            }
            for (Future<Cli.Result> registration : threads.invokeAll(registrations)) {
                assertThat(registration.get().exitCode())
                        .as(registration.get().all())
                        .isZero();
            }
            assertThat(database.value("SELECT count(DISTINCT schema_name) FROM public.users"))
                    .isEqualTo("12");
            assertThat(cli.json(0, "verify").at("/counts/healthy").asInt()).isEqualTo(MANY);
        } finally {
            threads.shutdownNow();
        }
    }
}
