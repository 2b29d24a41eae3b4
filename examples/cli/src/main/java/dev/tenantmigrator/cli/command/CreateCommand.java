package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.setup.CliSettings;
import dev.tenantmigrator.cli.setup.CommandException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "create", description = "Create the files of a new migration. Needs no database.")
final class CreateCommand implements Callable<Integer> {

    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMddHHmmss", Locale.ROOT);

    /** Leaves room for the timestamp within the 255 bytes of a file name. */
    private static final int MAX_NAME_BYTES = 200;

    private final CommandRunner runner;

    @Parameters(paramLabel = "NAME", description = "Describes the change, e.g. add_invoices.")
    private String name = "";

    @Option(
            names = "--prisma",
            paramLabel = "SCHEMA",
            description = "Let Prisma write both files, from the difference between this schema.prisma (or directory of"
                    + " schema files) and the copy kept with the newest migration.")
    private Optional<Path> prisma = Optional.empty();

    CreateCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withSettings("create", this::create);
    }

    private CommandResult create(CliSettings settings) throws IOException {
        String version = LocalDateTime.ofInstant(runner.context().clock().instant(), ZoneOffset.UTC)
                        .format(STAMP) + "_" + cleaned(name);
        Path migrations = settings.migrations();
        Optional<Path> schema = prisma.map(path -> runner.context().directory().resolve(path));
        Optional<PrismaDifference> difference = Optional.empty();
        if (schema.isPresent()) {
            difference = PrismaDifference.find(runner.context(), schema.get(), migrations);
            if (difference.isEmpty()) {
                return CommandResult.of("create", List.of())
                        .withLines(List.of(
                                "The Prisma schema has not changed since the newest migration; nothing was created"));
            }
        }
        Files.createDirectories(migrations);
        if (Files.exists(migrations.resolve(version))) {
            throw new CommandException("version " + version + " exists already; nothing was changed");
        }
        Comparator<String> order = MigrationSource.directory(migrations).order();
        try (Stream<Path> others = Files.list(migrations)) {
            others.filter(Files::isDirectory)
                    .map(path -> path.getFileName().toString())
                    .filter(other -> !other.startsWith("."))
                    .filter(other -> order.compare(other, version) >= 0)
                    .forEach(other -> {
                        throw new CommandException("the new version " + version + " would sort before the existing "
                                + other + "; wait a second, or name the directory by hand");
                    });
        }
        Path directory = Files.createDirectory(migrations.resolve(version));
        Files.writeString(
                directory.resolve("migration.sql"),
                difference.map(PrismaDifference::up).orElse(up(version)));
        Files.writeString(
                directory.resolve("rollback.sql"),
                difference.map(PrismaDifference::down).orElse(down(version)));
        if (schema.isPresent()) {
            PrismaDifference.copy(schema.get(), directory);
        }
        return CommandResult.of("create", List.of())
                .withMore(Map.of("version", version, "directory", directory.toString()))
                .withLines(List.of("Created " + directory + " with migration.sql and rollback.sql"))
                .withNotes(difference.map(CreateCommand::notes).orElse(List.of()));
    }

    private static List<String> notes(PrismaDifference difference) {
        return difference.withoutCopy().isEmpty()
                ? List.of()
                : List.of("Warning: there is no copy of the Prisma schema beside "
                        + String.join(", ", difference.withoutCopy())
                        + ". The new migration.sql repeats the changes of these migrations. Remove the repeated changes,"
                        + " or put the Prisma schema of that time beside the newest migration.sql of them and run create"
                        + " again");
    }

    /** Letters and digits in lower case with {@code _} between the words. Latin letters lose their accents. */
    private static String cleaned(String name) {
        if (name.indexOf('\uFFFD') >= 0) {
            throw new CommandException(
                    "the name cannot be read in the encoding of this process; set a UTF-8 locale, e.g. LC_ALL=C.UTF-8");
        }
        String withoutAccents =
                Normalizer.normalize(name, Normalizer.Form.NFKD).replaceAll("(?<=\\p{IsLatin})\\p{M}+", "");
        String cleaned = Normalizer.normalize(withoutAccents, Normalizer.Form.NFC)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{M}\\p{N}]+", "_")
                .replaceAll("^_+|_+$", "");
        if (cleaned.isEmpty()) {
            throw new CommandException("a migration name needs letters or digits, e.g. add_invoices");
        }
        int length = cleaned.length();
        while (cleaned.substring(0, length).getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            length = cleaned.offsetByCodePoints(length, -1);
        }
        return cleaned.substring(0, length);
    }

    private static String up(String version) {
        return """
                -- %s
                --
                -- Runs once in each tenant, in one transaction unless a statement cannot run in one. Write the change below. A
                -- name without a schema and a name in "public" both mean the tenant's own schema, e.g.:
                --
                -- CREATE TABLE "invoice" (
                --     "id" UUID NOT NULL DEFAULT uuid_generate_v4(),
                --     CONSTRAINT "invoice_pkey" PRIMARY KEY ("id")
                -- );
                """.formatted(version);
    }

    private static String down(String version) {
        return """
                -- Rolls back %s.
                --
                -- Write the reverse of migration.sql below, e.g. as follows. Delete this file if there is no reverse.
                --
                -- DROP TABLE "invoice";
                """.formatted(version);
    }
}
