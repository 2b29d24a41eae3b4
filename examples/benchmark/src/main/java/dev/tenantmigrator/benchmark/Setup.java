package dev.tenantmigrator.benchmark;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * The conditions that all parts of one run share.
 *
 * @param server where each part makes its databases
 * @param directory an empty one for migrations
 * @param tenants names of the fleet's tenants
 * @param threads of each competitor
 * @param rounds the median of which counts
 * @param progress told what is being done
 */
record Setup(Server server, Path directory, List<String> tenants, int threads, int rounds, Consumer<String> progress) {

    /** The first tenants. */
    List<String> some(int number) {
        return tenants.subList(0, Math.min(number, tenants.size()));
    }

    void tell(String what) {
        progress.accept(what);
    }
}
