package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.cli.setup.EmbeddedServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Upgrades data of an earlier version: its embedded server needed no password, and the superuser owned the tenants. */
class OldEmbeddedDataTest {

    private static final String ALL_KINDS = """
            CREATE TYPE mood AS ENUM ('good', 'bad');
            CREATE TYPE pair AS (a INT, b INT);
            CREATE TYPE span AS RANGE (subtype = INT);
            CREATE DOMAIN "Short Text" AS TEXT CHECK (length(VALUE) < 10);
            CREATE SEQUENCE "Numbers";
            CREATE TABLE "Odd ""Name" (id SERIAL PRIMARY KEY, n INT GENERATED ALWAYS AS IDENTITY, m mood, s "Short Text");
            CREATE TABLE parts (id INT) PARTITION BY RANGE (id);
            CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (10);
            CREATE VIEW seen AS SELECT id FROM parts;
            CREATE MATERIALIZED VIEW kept AS SELECT id FROM parts;
            CREATE FUNCTION "Plus"(a pair, b INT DEFAULT 1) RETURNS INT LANGUAGE sql AS 'SELECT a.a + b';
            CREATE PROCEDURE nothing() LANGUAGE sql AS '';
            CREATE AGGREGATE total(INT) (sfunc = int4pl, stype = INT, initcond = '0');
            CREATE AGGREGATE counted(*) (sfunc = int8inc, stype = BIGINT, initcond = '0');
            CREATE OPERATOR <+> (leftarg = pair, rightarg = INT, function = "Plus");
            CREATE OPERATOR CLASS backwards FOR TYPE INT USING btree AS OPERATOR 1 >, OPERATOR 5 <, FUNCTION 1 btint4cmp(INT, INT);
            CREATE COLLATION plain FROM "C";
            CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
            CREATE TEXT SEARCH DICTIONARY words (template = pg_catalog.simple);
            CREATE TEXT SEARCH CONFIGURATION search (COPY = pg_catalog.simple);
            CREATE STATISTICS together ON id, n FROM "Odd ""Name";
            """;

    /** Leaves out multiranges: PostgreSQL 15 does not change their owner with that of the range, but drops them together. */
    private static final String OF_THE_SUPERUSER = """
            SELECT pg_describe_object(classid, oid, 0)
              FROM (SELECT 'pg_namespace'::regclass AS classid, oid, nspowner AS owner, oid AS namespace FROM pg_namespace
                    UNION ALL SELECT 'pg_class'::regclass, oid, relowner, relnamespace FROM pg_class
                    UNION ALL SELECT 'pg_proc'::regclass, oid, proowner, pronamespace FROM pg_proc
                    UNION ALL SELECT 'pg_type'::regclass, oid, typowner, typnamespace FROM pg_type WHERE typname !~ 'multirange'
                    UNION ALL SELECT 'pg_operator'::regclass, oid, oprowner, oprnamespace FROM pg_operator
                    UNION ALL SELECT 'pg_opclass'::regclass, oid, opcowner, opcnamespace FROM pg_opclass
                    UNION ALL SELECT 'pg_opfamily'::regclass, oid, opfowner, opfnamespace FROM pg_opfamily
                    UNION ALL SELECT 'pg_collation'::regclass, oid, collowner, collnamespace FROM pg_collation
                    UNION ALL SELECT 'pg_conversion'::regclass, oid, conowner, connamespace FROM pg_conversion
                    UNION ALL SELECT 'pg_ts_dict'::regclass, oid, dictowner, dictnamespace FROM pg_ts_dict
                    UNION ALL SELECT 'pg_ts_config'::regclass, oid, cfgowner, cfgnamespace FROM pg_ts_config
                    UNION ALL SELECT 'pg_statistic_ext'::regclass, oid, stxowner, stxnamespace FROM pg_statistic_ext
                   ) AS object
             WHERE owner = 'postgres'::regrole AND namespace::regnamespace::text LIKE 'ada%'
            """;

    @TempDir
    private Path directory;

    @Test
    void oldDataOpensAndBelongsToTheNewRole() throws Exception {
        Cli cli = new Cli(directory).withSample();
        Path place = Files.createDirectory(directory.resolve(".tenant-migrator"));
        String ada;
        try (EmbeddedPostgres old = EmbeddedPostgres.builder()
                .setDataDirectory(place.resolve("data"))
                .setCleanDataDirectory(false)
                .start()) {
            String url = old.getJdbcUrl("postgres", "postgres");
            ada = cli.register("ada", "--url", url);
            try (Connection connection = DriverManager.getConnection(url);
                    Statement statement = connection.createStatement()) {
                statement.execute("SET search_path = " + ada + "; " + ALL_KINDS + "SELECT lo_create(0)");
            }
        }
        Files.writeString(place.resolve("complete"), "");

        cli.withMigration("20250101_add_tag", "ALTER TABLE \"public\".\"vendor\" ADD COLUMN \"tag\" TEXT;", "");
        assertThat(cli.json(0, "--embedded", "deploy-all")
                        .at("/counts/migrated")
                        .asInt())
                .isEqualTo(1);
        String bob = cli.register("bob", "--embedded");
        assertThat(cli.run("--embedded", "list").out()).contains(ada, bob);
        assertThat(cli.run("--embedded", "verify").exitCode()).isZero();

        assertThat(values(place, OF_THE_SUPERUSER)).isEmpty();
        assertThat(values(place, "SELECT lomowner::regrole FROM pg_largeobject_metadata"))
                .containsExactly("tenant_migrator");
        assertThat(values(place, "SELECT current_setting('is_superuser')")).containsExactly("off");
    }

    private static List<String> values(Path place, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (EmbeddedServer server = EmbeddedServer.start(place, new PrintWriter(new StringWriter()));
                Connection connection = DriverManager.getConnection(server.url(), server.user(), server.password());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
