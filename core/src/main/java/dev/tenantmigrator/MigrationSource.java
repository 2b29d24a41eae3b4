package dev.tenantmigrator;

import dev.tenantmigrator.internal.source.ClasspathSource;
import dev.tenantmigrator.internal.source.CodePointOrder;
import dev.tenantmigrator.internal.source.DirectorySource;
import dev.tenantmigrator.internal.source.OrderedSource;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * A source of migrations, and the order of their versions. The library reads it once per run, so an implementation may read files at
 * every call.
 *
 * <p>Implementations must be thread-safe.
 */
@FunctionalInterface
public interface MigrationSource {

    /**
     * Reads all migrations, in any order.
     *
     * <p>The scripts are not parsed here: a script that cannot be read to its end is refused only when it would run.
     *
     * @return the migrations
     * @throws InvalidMigrationException when the source cannot be read, a version is malformed, or a directory has no
     *     {@code migration.sql}
     */
    List<Migration> read();

    /**
     * The order in which migrations are applied. It alone decides which version is newer, and so which versions are ahead, a gap,
     * applied in the wrong order, or included by a target version. By code point unless the source overrides this.
     *
     * <p>Implementations must order any two versions, those of the source and others: versions are also recorded that the source
     * has no file for, because the file is gone or a newer release of the application applied them. Only equal versions may
     * compare as equal. The comparator must be thread-safe. It is asked for once per run, after {@link #read()}.
     *
     * @return compares versions, older first
     */
    default Comparator<String> order() {
        return CodePointOrder.INSTANCE;
    }

    /**
     * This source's migrations in another order.
     *
     * @param order compares versions, as {@link #order()} requires
     * @return the source
     */
    default MigrationSource ordered(Comparator<String> order) {
        return new OrderedSource(this, order);
    }

    /**
     * A directory that holds one directory per migration, such as {@code prisma/migrations}. Hidden files and directories
     * are ignored, and so are other files beside the directories. Two are refused when the source is read: a {@code .sql} file,
     * which is in the wrong place, and a {@code migration_lock.toml} of Prisma with another provider than {@code postgresql}.
     *
     * @param directory read at each run
     * @return the source
     */
    static MigrationSource directory(Path directory) {
        return new DirectorySource(directory);
    }

    /**
     * A directory on the class path, also inside a jar, found by the calling thread's context class loader or this
     * library's.
     *
     * @param path e.g. {@code db/tenant-migrations}
     * @return the source
     */
    static MigrationSource classpath(String path) {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return classpath(path, context == null ? MigrationSource.class.getClassLoader() : context);
    }

    /**
     * A directory on the class path of a class loader, also inside a jar.
     *
     * @param path e.g. {@code db/tenant-migrations}
     * @param classLoader finds the directory
     * @return the source
     */
    static MigrationSource classpath(String path, ClassLoader classLoader) {
        return new ClasspathSource(path, classLoader);
    }

    /**
     * Migrations in memory.
     *
     * @param migrations the migrations, in any order
     * @return the source
     */
    static MigrationSource of(Migration... migrations) {
        List<Migration> copy = List.of(migrations);
        return () -> copy;
    }
}
