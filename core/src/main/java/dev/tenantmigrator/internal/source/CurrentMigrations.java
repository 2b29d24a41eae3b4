package dev.tenantmigrator.internal.source;

import dev.tenantmigrator.MigrationSource;
import java.util.Optional;

/**
 * The migrations of a source, read again only when they changed: reading hundreds of files takes longer than a sign-up that takes a spare.
 * A new directory is noticed at once, an edited file within a second; the class path is read once. Any other source is read at each
 * call. Thread-safe.
 */
public final class CurrentMigrations {

    private static final long SECOND = 1_000_000_000L;

    private final MigrationSource source;
    private volatile Optional<LastRead> last = Optional.empty();

    private record LastRead(MigrationCatalog catalog, Object listing, Object files, long lookedAt) {}

    /** The migrations of a source; reads nothing yet. */
    public CurrentMigrations(MigrationSource source) {
        this.source = source;
    }

    /** Reads the source, if it may have changed. */
    public MigrationCatalog read() {
        MigrationSource files = source instanceof OrderedSource ordered ? ordered.source() : source;
        if (files instanceof DirectorySource directory) {
            return read(directory);
        }
        if (files instanceof ClasspathSource) {
            return last.map(LastRead::catalog).orElseGet(() -> remember("", ""));
        }
        return MigrationCatalog.read(source);
    }

    private MigrationCatalog read(DirectorySource directory) {
        Optional<LastRead> known = last;
        Object listing = directory.stampOfListing();
        if (known.isEmpty() || !known.get().listing().equals(listing)) {
            return remember(listing, directory.stampOfFiles());
        }
        if (System.nanoTime() - known.get().lookedAt() < SECOND) {
            return known.get().catalog();
        }
        Object files = directory.stampOfFiles();
        if (!known.get().files().equals(files)) {
            return remember(listing, files);
        }
        last = Optional.of(new LastRead(known.get().catalog(), listing, files, System.nanoTime()));
        return known.get().catalog();
    }

    /** The stamps are older than what is read, so that a change meanwhile is noticed later. */
    private MigrationCatalog remember(Object listing, Object files) {
        LastRead read = new LastRead(MigrationCatalog.read(source), listing, files, System.nanoTime());
        last = Optional.of(read);
        return read.catalog();
    }
}
