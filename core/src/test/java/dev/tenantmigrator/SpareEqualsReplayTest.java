package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.event.SpareEvent;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.internal.backfill.Fingerprint;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.SpareTenant;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A tenant that was made from a spare equals one for which all migrations ran, catalog row by catalog row; or the history is said to be
 * unfit, with the object that would keep the spare's name.
 */
@PostgresTest
class SpareEqualsReplayTest {

    private static final Migration BASE = Migration.of("1_base", """
            CREATE TYPE mood AS ENUM ('sad', 'glad');
            CREATE DOMAIN code AS text CHECK (VALUE <> '');
            CREATE SEQUENCE numbers START 7;
            CREATE TABLE vendor (id serial PRIMARY KEY, big bigint GENERATED ALWAYS AS IDENTITY, code code, mood mood DEFAULT 'sad',
                number integer DEFAULT nextval('numbers'), name text UNIQUE, doubled integer GENERATED ALWAYS AS (number * 2) STORED,
                parent integer REFERENCES vendor CHECK (parent > 0));
            CREATE INDEX vendor_name ON vendor (lower(name)) WHERE number > 1;
            CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER touch BEFORE INSERT ON vendor FOR EACH ROW EXECUTE FUNCTION touch('x');
            CREATE VIEW vendors AS SELECT v.*, '"public"."vendor"'::regclass AS class FROM "public"."vendor" v;
            CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM vendor;
            ALTER TABLE vendor ENABLE ROW LEVEL SECURITY;
            CREATE POLICY own ON vendor USING (id IN (SELECT id FROM vendors));
            CREATE TABLE parted (id integer, at date) PARTITION BY RANGE (id);
            CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (1) TO (9);
            CREATE STATISTICS counts ON code, name FROM vendor;
            COMMENT ON TABLE vendor IS 'those who sell';
            ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;
            INSERT INTO vendor (name) VALUES ('first'), ('second');
            INSERT INTO parted VALUES (1, '2024-01-01')""");

    private final TestDatabase database;
    private final List<SpareEvent> events = new ArrayList<>();

    SpareEqualsReplayTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
        Samples.with(database, BASE).dropSpares();
    }

    private TenantMigrator migrator(String sql) {
        return Samples.migrator(database, BASE, Migration.of("2_named", sql))
                .spares(Spares.keep(1))
                .listener(new TenantEventListener() {
                    @Override
                    public void onEvent(TenantEvent event) {}

                    @Override
                    public void onSpares(SpareEvent event) {
                        events.add(event);
                    }
                })
                .build();
    }

    private List<String> facts(String schema) throws SQLException {
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            List<String> facts = new ArrayList<>(Fingerprint.of(connection, schema));
            connection.rollback();
            connection.setAutoCommit(true);
            for (List<Object> table : database.query(
                    "SELECT relname::text, relkind::text FROM pg_class WHERE relnamespace = ?::regnamespace"
                            + " AND relkind IN ('r', 'm', 'S') AND relname <> 'schema_migrations'",
                    schema)) {
                String columns = table.get(1).equals("S") ? "concat(last_value, is_called)" : "t::text";
                database.values("SELECT " + columns + " FROM \"" + schema + "\".\"" + table.get(0) + "\" t")
                        .forEach(row -> facts.add("row of " + table.get(0) + ' ' + row));
            }
            facts.addAll(database.values("SELECT concat_ws(' ', 'row', id, version, checksum, description) FROM \""
                    + schema + "\".schema_migrations"));
            facts.replaceAll(line -> line.replace(schema, "@"));
            facts.sort(null);
            return facts;
        }
    }

    static Stream<String> fit() {
        return Stream.of(
                "SELECT 1",
                "INSERT INTO vendor (name) VALUES ('third'); SELECT setval('numbers', 100)",
                "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.vendor'",
                "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql SET search_path = public AS 'SELECT count(*) FROM vendor'",
                "CREATE FUNCTION f() RETURNS bigint LANGUAGE plpgsql AS $$BEGIN RETURN (SELECT count(*) FROM public.vendor); END$$",
                "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$BEGIN DELETE FROM \"public\".vendor; END$$",
                "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM public.vendor; END",
                "CREATE VIEW v AS SELECT nextval('public.numbers'::regclass) AS n, current_schema() AS s",
                "ALTER TABLE vendor ALTER number SET DEFAULT nextval('public.numbers')",
                "CREATE RULE quiet AS ON DELETE TO vendor DO ALSO INSERT INTO parted VALUES (2)",
                "CREATE TABLE child () INHERITS (public.vendor)",
                "COMMENT ON SCHEMA public IS 'mine'",
                "DO $$BEGIN EXECUTE format('CREATE TABLE %I.made (id serial)', current_schema()); END$$");
    }

    @ParameterizedTest
    @MethodSource("fit")
    void aTenantFromASpareIsEqual(String sql) throws SQLException {
        TenantMigrator migrator = migrator(sql);
        assertThat(migrator.maintainSpares().spares())
                .singleElement()
                .satisfies(spare -> assertThat(spare.objects()).isEmpty());

        CreatedTenant created = migrator.createTenant(TenantName.exactly("of_a_spare"));

        assertThat(created.fromSpare()).isTrue();
        CreatedTenant replayed = migrator.createTenant(TenantName.exactly("of_all_migrations"));
        assertThat(replayed.fromSpare()).isFalse();
        assertThat(Fingerprint.differences(facts(replayed.schema()), facts(created.schema())))
                .isEmpty();
        assertThat(facts(created.schema())).hasSizeGreaterThan(60);
    }

    private static Arguments row(String object, String sql) {
        return Arguments.of(
                object,
                "DO $x$DECLARE me text := current_schema(); BEGIN EXECUTE format($s$" + sql + "$s$, me); END$x$");
    }

    static Stream<Arguments> unfit() {
        return Stream.of(
                row("view v", "CREATE VIEW v AS SELECT %L::text AS x"),
                row("materialized view m", "CREATE MATERIALIZED VIEW m AS SELECT %L::text AS x"),
                row("policy p on vendor", "CREATE POLICY p ON vendor USING (name <> %L)"),
                row("rule r on vendor", "CREATE RULE r AS ON UPDATE TO vendor DO ALSO SELECT %L"),
                row("default of column vendor.name", "ALTER TABLE vendor ALTER name SET DEFAULT %L"),
                row("constraint k on vendor", "ALTER TABLE vendor ADD CONSTRAINT k CHECK (name <> %L)"),
                row("t.x", "CREATE TABLE t (id int, x text GENERATED ALWAYS AS (%L) STORED)"),
                row("index i", "CREATE INDEX i ON vendor ((name || %L))"),
                row("index i", "CREATE INDEX i ON vendor (id) WHERE name <> %L"),
                row("trigger t on vendor", "CREATE TRIGGER t BEFORE UPDATE ON vendor EXECUTE FUNCTION touch(%L)"),
                row("statistics object s", "CREATE STATISTICS s ON (name || %L) FROM vendor"),
                row("comment on table vendor", "COMMENT ON TABLE vendor IS %L"),
                row("comment on schema", "COMMENT ON SCHEMA public IS %L"),
                row("function f()", "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $q$SELECT %L::text$q$"),
                row("type t", "CREATE TYPE t AS ENUM (%L)"),
                row("type d", "CREATE DOMAIN d AS text DEFAULT %L"),
                row("table p", "CREATE TABLE p (code text) PARTITION BY LIST ((code || %L))"),
                row("text search dictionary", "CREATE TEXT SEARCH DICTIONARY %I (TEMPLATE = simple)"),
                row("table tenant_migrator_spare_", "CREATE TABLE %I ()"),
                row("constraint tenant_migrator_spare_", "ALTER TABLE vendor ADD CONSTRAINT %I CHECK (id > 0)"),
                row("column vendor.tenant_migrator_spare_", "ALTER TABLE vendor ADD %I text"),
                row("rows of table vendor", "INSERT INTO vendor (name) VALUES (%L)"),
                row("rows of table vendor", "ALTER TABLE vendor ADD home text DEFAULT current_schema()"));
    }

    @ParameterizedTest
    @MethodSource("unfit")
    void orTheHistoryIsUnfitAndAllMigrationsRun(String object, String sql) throws SQLException {
        TenantMigrator migrator = migrator(sql.replace("SCHEMA public IS %L", "SCHEMA %1$I IS %1$L"));

        assertThat(migrator.maintainSpares().spares()).singleElement().satisfies(spare -> {
            assertThat(spare.state()).isEqualTo(SpareTenant.State.UNFIT);
            assertThat(spare.objects()).anySatisfy(place -> assertThat(place).contains(object));
        });

        assertThat(events).hasAtLeastOneElementOfType(SpareEvent.SpareUnfit.class);
        CreatedTenant created = migrator.createTenant(TenantName.exactly("of_all_migrations"));
        assertThat(created.fromSpare()).isFalse();
        assertThat(facts(created.schema())).noneMatch(line -> line.contains("tenant_migrator_spare"));
        assertThat(migrator.status().spares().unfit()).isEqualTo(1);
        // One is enough to know.
        assertThat(migrator.maintainSpares().created()).isZero();
    }
}
