package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs real Prisma versions, installed by npm for each test. Skipped if npm cannot install them. */
@PostgresTest
class PrismaTest {

    private static final String SCHEMA = """
            datasource db {
              provider = "postgresql"
              %s
            }
            enum Role {
              USER
              ADMIN
            }
            model vendor {
              id   String @id @default(dbgenerated("uuid_generate_v4()")) @db.Uuid
              name String
              role Role   @default(USER)
            }
            """;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {6, 7})
    void prismaWritesBothDirections(int generation, TestDatabase database) throws Exception {
        Cli cli = install(Cli.on(database, directory), generation);
        String schema = SCHEMA.formatted(generation == 6 ? "url = env(\"ANY_NAME_URL\")" : "");
        cli.write("schema.prisma", schema);

        Cli.Result first = cli.run("create", "init", "--prisma", "schema.prisma");
        assertThat(first.exitCode()).as(first.all()).isZero();
        Path init = newest();
        assertThat(init.resolve("migration.sql")).content().contains("CREATE TABLE \"vendor\"");
        assertThat(init.resolve("rollback.sql")).content().contains("DROP TABLE ", "\"vendor\"");
        assertThat(init.resolve("schema.prisma")).hasContent(schema);
        String tenant = cli.register("ada");
        String before = structure(database, tenant);

        Cli.Result same = cli.run("create", "nothing", "--prisma", "schema.prisma");
        assertThat(same.exitCode()).isZero();
        assertThat(same.out()).contains("nothing was created");
        assertThat(newest()).isEqualTo(init);

        cli.write(
                "schema.prisma",
                schema.replace("ADMIN", "ADMIN\n  OWNER").replace("name String", "name String @unique"));
        Cli.Result second = cli.run("create", "owner", "--prisma", "schema.prisma");
        assertThat(second.exitCode()).as(second.all()).isZero();
        assertThat(second.err()).doesNotContain("Warning");
        assertThat(newest().resolve("migration.sql")).content().contains("ADD VALUE 'OWNER'", "vendor_name_key");
        assertThat(newest().resolve("rollback.sql"))
                .content()
                .contains("\"Role_new\"", "DROP INDEX ", "\"vendor_name_key\"");

        assertThat(cli.run("deploy", tenant).exitCode()).isZero();
        assertThat(structure(database, tenant)).isNotEqualTo(before);
        Cli.Result back = cli.run("rollback", newest().getFileName().toString(), tenant);
        assertThat(back.exitCode()).as(back.all()).isZero();
        assertThat(structure(database, tenant)).isEqualTo(before);

        cli.write("schema.prisma", schema.replace("model vendor", "model !"));
        Path last = newest();
        Cli.Result refused = cli.run("create", "broken", "--prisma", "schema.prisma");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("Prisma failed", "schema.prisma");
        assertThat(newest()).isEqualTo(last);
    }

    @Test
    void aMissingSchemaIsReported() {
        Cli.Result result = new Cli(directory).run("create", "a", "--prisma", "elsewhere.prisma");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("no Prisma schema", "elsewhere.prisma");
        assertThat(directory.resolve("migrations")).doesNotExist();
    }

    @Test
    void aMissingNpxIsReported() {
        Cli cli = new Cli(directory).write("schema.prisma", SCHEMA).with("PATH", directory.toString());
        Cli.Result result = cli.run("create", "a", "--prisma", "schema.prisma");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("npx is not on the PATH", "npm install --save-dev prisma");
        assertThat(directory.resolve("migrations")).doesNotExist();
    }

    /** Uses a stand-in for npx that prints its input and environment. */
    @Test
    void neitherAsksNorPassesSecretsOn() throws Exception {
        Path npx = directory.resolve("bin/npx");
        Cli cli = new Cli(directory)
                .write("schema.prisma", SCHEMA)
                .write("bin/npx", """
                        #!/bin/sh
                        read answer && echo "was answered" >&2
                        echo "npm error npx canceled due to missing packages and no YES option: $1" >&2
                        exit 1
                        """)
                .with("PATH", npx.getParent().toString())
                .with("TENANT_MIGRATOR_PASSWORD", "hidden");
        Files.setPosixFilePermissions(npx, PosixFilePermissions.fromString("rwxr-xr-x"));
        Cli.Result result = cli.run("create", "a", "--prisma", "schema.prisma");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("npx does not find Prisma");
        cli.write(
                "bin/npx",
                "#!/bin/sh\nread answer && exit 0\necho \"Error: [$1] [$TENANT_MIGRATOR_PASSWORD]\" >&2\nexit 1");
        assertThat(cli.run("create", "a", "--prisma", "schema.prisma").err())
                .contains("Prisma failed", "[--no-install] []");
        assertThat(directory.resolve("migrations")).doesNotExist();
    }

    /** Uses a stand-in for npx that finds a difference in both directions. */
    @Test
    void warnsOfNewerMigrationsWithoutACopy() throws Exception {
        Path npx = directory.resolve("bin/npx");
        Cli cli = new Cli(directory)
                .write("prisma/a.prisma", SCHEMA)
                .write("prisma/models/b.prisma", "model b { id Int @id }")
                .write("bin/npx", "#!/bin/sh\necho \"-- $@\"\nexit 2")
                .with("PATH", npx.getParent().toString())
                .withMigration("20200101_first", "SELECT 1", "SELECT 1")
                .write("migrations/20200101_first/schema.prisma", SCHEMA)
                .withMigration("20200102_by_hand", "SELECT 1", "SELECT 1");
        Files.setPosixFilePermissions(npx, PosixFilePermissions.fromString("rwxr-xr-x"));
        Cli.Result result = cli.run("create", "a", "--prisma", "prisma");
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.err()).contains("Warning", "20200102_by_hand").doesNotContain("20200101_first");
        assertThat(newest().resolve("schema/a.prisma")).hasContent(SCHEMA);
        assertThat(newest().resolve("schema/models/b.prisma")).exists();
        assertThat(newest().resolve("migration.sql"))
                .content()
                .containsPattern("--from-schema \\S+20200101_first/schema.prisma --to-schema \\S+/prisma ");
        assertThat(newest().resolve("rollback.sql"))
                .content()
                .containsPattern("--from-schema \\S+/prisma --to-schema \\S+20200101_first/schema.prisma ");
    }

    private Cli install(Cli cli, int generation) throws IOException, InterruptedException {
        System.getenv().forEach((name, value) -> {
            if (name.equals("PATH")
                    || name.equals("HOME")
                    || name.toLowerCase(Locale.ROOT).startsWith("npm_")) {
                cli.with(name, value);
            }
        });
        List<String> packages = generation == 6
                ? List.of("prisma@6.19.3")
                : List.of(
                        "prisma@7.10.1", "@prisma/schema-engine-wasm@8.1.0-2.59be4fda12412a79eeb9c2ae727b6aa723593323");
        cli.write("package.json", "{\"private\": true}");
        assumeThat(npm(packages)).as("npm can install " + packages).isTrue();
        if (generation == 6) {
            cli.write("prisma.config.ts", resource("prisma6.config.ts"));
            // Prisma downloads the query engine unless this file exists. The comparison does not use it.
            cli.write("unused", "")
                    .with(
                            "PRISMA_QUERY_ENGINE_LIBRARY",
                            directory.resolve("unused").toString());
        } else {
            cli.write("engine.mjs", resource("engine.mjs"));
            Path engine = directory.resolve("engine.mjs");
            Files.setPosixFilePermissions(engine, PosixFilePermissions.fromString("rwxr-xr-x"));
            cli.with("PRISMA_SCHEMA_ENGINE_BINARY", engine.toString());
        }
        return cli;
    }

    private boolean npm(List<String> packages) throws InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"));
        command.addAll(packages);
        try {
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor(3, TimeUnit.MINUTES)) {
                return process.exitValue() == 0;
            }
            process.destroyForcibly();
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    private static String resource(String name) throws IOException {
        return Files.readString(Path.of("src/test/resources/prisma", name));
    }

    private Path newest() throws IOException {
        try (var migrations = Files.list(directory.resolve("migrations"))) {
            return migrations.sorted().reduce((a, b) -> b).orElseThrow();
        }
    }

    private static String structure(TestDatabase database, String schema) {
        return String.join("\n", database.values("""
                SELECT c.relname || ' ' || a.attname || ' ' || format_type(a.atttypid, NULL) || ' ' || coalesce(
                         (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = a.atttypid), '')
                  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                 WHERE c.relnamespace = ?::regnamespace AND attnum > 0 AND NOT attisdropped
                   AND c.relname NOT LIKE 'schema\\_migrations%' ORDER BY c.relname, attnum""", schema));
    }
}
