package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Extensions that migrations create are there once per database, and their objects mean the same in every tenant. */
@PostgresTest
class ExtensionTest {

    private final TestDatabase database;

    ExtensionTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        TenantMigrator migrator = bySuperuser(Samples.MEMBERS);
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
        database.values("SELECT extname FROM pg_extension WHERE extname NOT IN ('plpgsql', 'uuid-ossp')").stream()
                .map(name -> "DROP EXTENSION IF EXISTS \"" + name + "\" CASCADE")
                .forEach(this::executeAsSuperuser);
    }

    @Test
    void aMigrationOfAnyoneCreatesATrustedExtensionOnce() throws Exception {
        Migration words = Migration.of("20240201_words", """
                CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
                COMMENT ON EXTENSION pg_trgm IS 'words';
                CREATE EXTENSION citext;
                CREATE TABLE words (word public.citext, more citext);
                CREATE INDEX words_word ON public.words USING gin (more public.gin_trgm_ops);
                CREATE INDEX words_more ON words USING gin (more gin_trgm_ops)""");
        List<CompletableFuture<String>> created = new ArrayList<>();
        for (String user : List.of("a", "b", "c", "d")) {
            created.add(CompletableFuture.supplyAsync(() -> Samples.create(database, user, words)));
        }

        for (CompletableFuture<String> tenant : created) {
            assertThat(database.values(
                            "SELECT count(*) FROM pg_indexes WHERE schemaname = ? AND indexname LIKE 'words%'",
                            tenant.get()))
                    .containsExactly("2");
        }
        assertThat(schemaOf("citext")).isEqualTo("public");
        assertThat(schemaOf("pg_trgm")).isEqualTo("public");
    }

    @Test
    void anExtensionThatTheCallerRolledBackIsCreatedAgain() throws SQLException {
        TenantMigrator migrator = Samples.with(
                database,
                Migration.of("20240201_words", "CREATE EXTENSION citext; CREATE TABLE words (word public.citext)"));
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            migrator.createTenant(connection, TenantName.forUser("a"));
            connection.rollback();
            assertThat(database.values("SELECT extname FROM pg_extension WHERE extname = 'citext'"))
                    .isEmpty();

            migrator.createTenant(connection, TenantName.forUser("a"));
            migrator.createTenant(connection, TenantName.forUser("b"));
            connection.commit();
            connection.setAutoCommit(true);
        }
        assertThat(schemaOf("citext")).isEqualTo("public");
        assertThat(migrator.tenants()).hasSize(2);
    }

    @Test
    void anExtensionThatOneHistoryDropsStaysForTheOthers() {
        Migration words = Migration.of("20240201_words", """
                CREATE EXTENSION citext;
                CREATE TABLE words (word citext)""");
        Migration drop = Migration.of("20240202_drop", """
                ALTER TABLE words ALTER word TYPE text;
                DROP EXTENSION IF EXISTS citext;
                DROP EXTENSION "citext" RESTRICT;
                ALTER EXTENSION "uuid-ossp" UPDATE""");
        Migration again = Migration.of("20240203_again", """
                CREATE EXTENSION citext;
                ALTER TABLE words ADD more citext""");
        String other = Samples.create(database, "other", words);
        String halved = Samples.create(database, "halved", words);

        String whole = Samples.create(database, "whole", words, drop, again);
        var report = Samples.migrator(database, words, drop, again).build().deploy(Tenants.named(halved));

        assertThat(report.successful()).as("%s", report).isTrue();
        for (String tenant : List.of(whole, halved)) {
            assertThat(typesOf(tenant)).containsExactly("text", "citext");
        }
        assertThat(typesOf(other)).containsExactly("citext");
    }

    private List<String> typesOf(String tenant) {
        return database.values(
                "SELECT atttypid::regtype::text FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
                        + " WHERE relnamespace = ?::regnamespace AND relname = 'words' AND attnum > 0 ORDER BY attnum",
                tenant);
    }

    @Test
    void whatAnExtensionRequiresComesAlong() {
        Migration places = Migration.of("20240201_places", """
                CREATE EXTENSION earthdistance CASCADE;
                CREATE TABLE places (place public.earth, corner cube)""");

        String a = bySuperuser(places).createTenant(TenantName.forUser("a")).schema();

        assertThat(schemaOf("earthdistance")).isEqualTo("public");
        assertThat(schemaOf("cube")).isEqualTo("public");
        assertThat(database.values(
                        "SELECT atttypid::regtype::text FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
                                + " WHERE relnamespace = ?::regnamespace AND relname = 'places' AND attnum > 0 ORDER BY attnum",
                        a))
                .containsExactly("earth", "cube");
    }

    @Test
    void anExtensionThatIsThereInAnotherSchemaIsUsedThere() {
        executeAsSuperuser("CREATE SCHEMA extensions; GRANT USAGE ON SCHEMA extensions TO PUBLIC;"
                + " CREATE EXTENSION citext SCHEMA extensions");
        Migration words = Migration.of("20240201_words", """
                CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA extensions;
                CREATE TABLE words (a public.citext, b citext, c extensions.citext)""");

        String a = Samples.create(database, "a", words);

        assertThat(database.values(
                        "SELECT DISTINCT udt_schema::text FROM information_schema.columns WHERE table_schema = ?"
                                + " AND table_name = 'words'",
                        a))
                .containsExactly("extensions");
        executeAsSuperuser("DROP SCHEMA extensions CASCADE");
    }

    @Test
    void aSchemaOrAVersionIsThatOfTheFileWhereItMayBe() {
        database.execute("CREATE SCHEMA audit");
        Migration both = Migration.of("20240201_both", """
                CREATE EXTENSION hstore WITH SCHEMA audit VERSION '1.4';
                CREATE EXTENSION tablefunc WITH SCHEMA elsewhere;
                CREATE TABLE t (h audit.hstore, i hstore)""");

        Samples.migrator(database, both).allowSchemas("audit").build().createTenant(TenantName.forUser("a"));

        assertThat(schemaOf("hstore")).isEqualTo("audit");
        assertThat(database.value("SELECT extversion FROM pg_extension WHERE extname = 'hstore'"))
                .isEqualTo("1.4");
        assertThat(schemaOf("tablefunc")).isEqualTo("public");
    }

    @Test
    void anExtensionThatHasASchemaOfItsOwnIsCreatedThere() {
        Migration language = Migration.of("20240201_language", "CREATE EXTENSION plperl; CREATE TABLE t (id int)");

        try {
            bySuperuser(language).createTenant(TenantName.forUser("a"));
            assertThat(schemaOf("plperl")).isEqualTo("pg_catalog");
        } catch (TenantMigratorException e) {
            // Not every server has Perl, but every one looks at the schema first.
            assertThat(e).hasMessageContaining("could not load library");
        }
    }

    private TenantMigrator bySuperuser(Migration... migrations) {
        return TenantMigrator.builder(database.superuserDataSource())
                .migrations(MigrationSource.of(migrations))
                .build();
    }

    private void executeAsSuperuser(String sql) {
        try (var connection = database.superuserDataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private String schemaOf(String extension) {
        return database.value("SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = ?", extension);
    }
}
