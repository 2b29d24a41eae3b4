package dev.tenantmigrator;

import dev.tenantmigrator.SchemaAdapter.TenantScript;
import dev.tenantmigrator.internal.sql.nontransactional.CreationStatements;
import dev.tenantmigrator.support.GoldenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The SQL that the default adapter makes of every history that the tests have, as one checksum a script. A script's text in a
 * creation has a line of its own, {@code migration.sql/creation}, where it differs from its text in a deploy.
 *
 * <p>The texts themselves are in {@code core/target/adapted-sql.txt} after the test. Compare that file with the one of another
 * checkout to see which statement changed.
 */
class AdaptedSqlGoldenTest {

    /** The comment of these rows is random in each JVM. */
    private static final Pattern ROWS_OF_COPY = Pattern.compile("rows of COPY [0-9a-f-]{36}");

    private static final GoldenFile GOLDEN = new GoldenFile(
            Path.of("core/src/test/resources/golden/adapted-sql.txt"),
            "a deploy would send other SQL to the tenants than before; core/target/adapted-sql.txt has the texts.");

    private static final Path TEXTS = Path.of("core/target/adapted-sql.txt");
    private static final String TENANT = "tenant_12345678";

    /** The objects of extensions that the histories name, as a database with the extensions reports them. */
    private static final SharedObjects SHARED = new SharedObjects(
            "public",
            Set.of("users"),
            Map.of(
                    "uuid_generate_v4", "public",
                    "citext", "public",
                    "gin_trgm_ops", "public",
                    "gen_random_bytes", "public",
                    "ltree", "extensions",
                    "nlevel", "extensions"),
            Set.of());

    private final List<String> checksums = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();

    @Test
    void everyScriptIsAdaptedAsBefore() throws IOException {
        for (String history : List.of("pg-dump-15", "pg-dump-18", "pg-dump-data", "prisma-shop")) {
            add(history, MigrationSource.classpath("histories/" + history).read());
        }
        add(
                "migrations-sample",
                MigrationSource.directory(Path.of("migrations-sample")).read());
        for (long seed : new long[] {1, 2, 3}) {
            add("generated-" + seed, GeneratedHistory.of(seed, LongHistoryTest.SIZE));
        }
        CaseTableTest.runs()
                .map(row -> row.get())
                .forEach(row -> add("case-table/" + words(row[0]), CaseTableTest.migrations((String) row[1], "db")));

        Files.writeString(TEXTS, String.join("\n", texts));
        GOLDEN.check(checksums);
    }

    private void add(String history, List<Migration> migrations) {
        List<Migration> ordered = migrations.stream()
                .sorted(Comparator.comparing(Migration::version))
                .toList();
        List<TenantScript> creation = SchemaAdapter.standard()
                .adaptForCreation(ordered.stream().map(Migration::up).toList(), SHARED);
        for (int i = 0; i < ordered.size(); i++) {
            Migration migration = ordered.get(i);
            String directory = history + '/' + migration.version() + '/';
            String deployed = deployed(migration.up());
            String created = created(creation.get(i));
            add(directory + "migration.sql", deployed);
            if (!created.equals(deployed)) {
                add(directory + "migration.sql/creation", created);
            }
            migration.down().ifPresent(down -> add(directory + "rollback.sql", deployed(down)));
        }
    }

    private void add(String name, String text) {
        checksums.add(name + ' ' + MigrationScript.of(name, text).checksum());
        texts.add("-- " + name + '\n' + text);
    }

    private static String deployed(MigrationScript file) {
        TenantScript script = SchemaAdapter.standard().adapt(file, SHARED);
        String begin = script.transactional() ? begin(script.isolationLevel()) : "";
        return begin + text(script.statements(TENANT));
    }

    /** A creation is one transaction of the library's own, in which no script chooses the isolation level. */
    private static String created(TenantScript script) {
        List<SqlStatement> statements = script.statements(TENANT);
        return begin(Optional.empty())
                + text(script.transactional() ? statements : CreationStatements.of(statements, TENANT));
    }

    private static String begin(Optional<String> isolationLevel) {
        return isolationLevel.map(level -> "BEGIN ISOLATION LEVEL " + level).orElse("BEGIN") + ";\n";
    }

    private static String text(List<SqlStatement> statements) {
        return statements.stream()
                .map(statement -> ROWS_OF_COPY.matcher(statement.sql()).replaceAll("rows of COPY") + ";\n")
                .collect(Collectors.joining());
    }

    private static String words(Object row) {
        return String.valueOf(row).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    }
}
