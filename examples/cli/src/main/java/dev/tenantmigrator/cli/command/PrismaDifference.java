package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.setup.CliContext;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.cli.setup.PrismaCli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A migration and its rollback as Prisma sees them: the difference between the schema that was copied with the newest
 * migration and the schema as it is now.
 *
 * @param up from the copy to now
 * @param down back
 * @param withoutCopy migrations newer than the copy: what they change is not in the difference
 */
record PrismaDifference(String up, String down, List<String> withoutCopy) {

    /** The copy beside {@code migration.sql}: a file, or a directory when the schema is one. */
    private static final List<String> COPIES = List.of("schema.prisma", "schema");

    /**
     * Asks Prisma.
     *
     * @return empty when nothing has changed
     */
    static Optional<PrismaDifference> find(CliContext context, Path schema, Path migrations) throws IOException {
        if (!Files.exists(schema)) {
            throw new CommandException(
                    "there is no Prisma schema at " + schema.toAbsolutePath().normalize());
        }
        List<String> withoutCopy = new ArrayList<>();
        Optional<Path> copy = Optional.empty();
        for (Path migration : newestFirst(migrations)) {
            copy = COPIES.stream().map(migration::resolve).filter(Files::exists).findFirst();
            if (copy.isPresent()) {
                break;
            }
            withoutCopy.add(0, String.valueOf(migration.getFileName()));
        }
        PrismaCli prisma = PrismaCli.of(context);
        Optional<String> up = prisma.difference(copy, Optional.of(schema));
        if (up.isEmpty()) {
            return Optional.empty();
        }
        String down = prisma.difference(Optional.of(schema), copy)
                .orElseThrow(() -> new CommandException(
                        "Prisma sees a difference in one direction only; write the migration by hand (create without"
                                + " --prisma)"));
        return Optional.of(new PrismaDifference(up.get(), down, withoutCopy));
    }

    private static List<Path> newestFirst(Path migrations) throws IOException {
        if (!Files.isDirectory(migrations)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(migrations)) {
            return children.filter(Files::isDirectory)
                    .filter(path -> !path.getFileName().toString().startsWith("."))
                    .sorted(Comparator.comparing(
                                    (Path path) -> path.getFileName().toString())
                            .reversed())
                    .toList();
        }
    }

    /** Keeps the schema beside the new migration, for the next difference. */
    static void copy(Path schema, Path migration) throws IOException {
        if (Files.isRegularFile(schema)) {
            Files.copy(schema, migration.resolve(COPIES.get(0)));
            return;
        }
        Path target = migration.resolve(COPIES.get(1));
        try (Stream<Path> files = Files.walk(schema)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".prisma")).toList()) {
                Path copy = target.resolve(schema.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }
}
