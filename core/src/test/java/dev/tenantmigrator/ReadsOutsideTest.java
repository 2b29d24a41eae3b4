package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.log.TestLog;
import dev.tenantmigrator.log.TestLog.Line;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome.Migrated;
import dev.tenantmigrator.report.TenantOutcome.RolledBack;
import dev.tenantmigrator.rollout.Rollout;
import dev.tenantmigrator.rollout.RolloutGroup;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A migration that reads a table outside of its tenant's schema is logged, or rolled back, as the builder says. */
@PostgresTest
class ReadsOutsideTest {

    private static final String VERSION = "20240301_reads";
    private static final String READ = "INSERT INTO notes (body) SELECT what FROM audit";
    private static final String HIDDEN_READ =
            "DO $$ DECLARE q text := reverse('tidua.cilbup MORF )*(tnuoc TCELES'); BEGIN EXECUTE q; END $$";

    private final TestDatabase database;
    private String a = "";
    private String b = "";

    ReadsOutsideTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void twoTenants() {
        database.execute("""
                CREATE TABLE public.users (id serial PRIMARY KEY, name text);
                CREATE INDEX users_name ON public.users (name);
                INSERT INTO public.users (name) VALUES ('u');
                CREATE TABLE public.audit (id serial PRIMARY KEY, what text);
                INSERT INTO public.audit (what) VALUES ('x');
                CREATE TABLE public.parts (id int) PARTITION BY RANGE (id);
                CREATE TABLE public.parts_1 PARTITION OF public.parts FOR VALUES FROM (1) TO (9);
                CREATE VIEW public.audited AS SELECT what FROM public.audit;
                CREATE VIEW public.audited_twice AS SELECT what FROM public.audited;
                CREATE MATERIALIZED VIEW public.kept AS SELECT what FROM public.audit;
                CREATE FUNCTION public.audit_size() RETURNS int LANGUAGE sql AS 'SELECT count(*)::int FROM public.audit';
                CREATE FUNCTION public.definers_size() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = public AS
                    'SELECT count(*)::int FROM audit';
                CREATE SCHEMA other; CREATE TABLE other.t (id int); CREATE VIEW other.v AS SELECT what FROM public.audit;""");
        a = Samples.create(database, "a", MEMBERS, NOTES);
        b = Samples.create(database, "b", MEMBERS, NOTES);
        Samples.create(database, "c", MEMBERS, NOTES);
    }

    @AfterEach
    void dropAll() {
        Stream.of(TrackingStore.perSchema(), TrackingStore.fleet(), new DocumentStore())
                .forEach(this::dropTenants);
        database.execute("""
                DROP SCHEMA IF EXISTS other, documents, tenant_migrator_fleet CASCADE;
                DROP FUNCTION public.audit_size(), public.definers_size(); DROP VIEW public.audited CASCADE; DROP MATERIALIZED VIEW public.kept;
                DROP TABLE public.users, public.audit, public.parts CASCADE""");
        database.assertNoLeaks();
    }

    private void dropTenants(TrackingStore store) {
        TenantMigrator migrator =
                builder(ReadsOutside.ALLOW, MEMBERS).trackingStore(store).build();
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
    }

    /** Runs SQL that the text does not show; names of tenants are put in by {@link #reading}. */
    private static String hidden(String sql) {
        String reversed = new StringBuilder(sql.replace("{b}", "}b{")).reverse().toString();
        return "DO $$ DECLARE q text := reverse('" + reversed + "'); BEGIN EXECUTE q; END $$";
    }

    private TenantMigratorBuilder builder(ReadsOutside treatment, Migration... migrations) {
        return Samples.migrator(database, migrations).readsOutside(treatment);
    }

    private static Migration reads(String sql) {
        return Migration.of(VERSION, sql, "SELECT 1");
    }

    private static List<String> warnings(TestLog.Work work) throws Exception {
        return TestLog.during(work).stream()
                .filter(Line::isShown)
                .map(Line::text)
                .filter(text -> !text.contains("Failed: "))
                .filter(text -> text.contains("outside of"))
                .toList();
    }

    static Stream<String> readings() {
        return Stream.of(
                "SELECT count(*) FROM audit                                      | table public.audit",
                READ + "                                                         | table public.audit",
                HIDDEN_READ + "                                                  | table public.audit",
                "SELECT audit_size()                                             | table public.audit",
                "SELECT definers_size()                                          | table public.audit",
                "LOCK TABLE audit IN ACCESS SHARE MODE                           | table public.audit",
                "DECLARE c CURSOR FOR SELECT * FROM audit                        | table public.audit",
                "COMMENT ON TABLE notes IS 'x'; SELECT count(*) FROM audit       | table public.audit",
                "CREATE TYPE e AS ENUM ('x'); SELECT count(*) FROM audit         | table public.audit",
                "UPDATE notes SET body = what FROM audit                         | table public.audit",
                "ALTER TABLE notes ADD COLUMN n int DEFAULT audit_size()         | table public.audit",
                "CREATE VIEW v AS SELECT * FROM audit                            | table public.audit",
                "CREATE VIEW v AS SELECT * FROM audited                          | view public.audited",
                "CREATE MATERIALIZED VIEW m AS SELECT * FROM audit               | table public.audit",
                "SELECT count(*) FROM kept                                       | materialized view public.kept",
                "CREATE TABLE x (LIKE audit)                                     | table public.audit",
                "CREATE TABLE x AS TABLE audit                                   | table public.audit",
                "SELECT last_value FROM audit_id_seq                             | sequence public.audit_id_seq",
                "SELECT count(*) FROM parts                                      | table public.parts",
                "SELECT query_to_xml('SELECT * FROM audit', true, true, '')      | table public.audit",
                "DROP INDEX notes_member; SELECT count(*) FROM audit             | table public.audit",
                "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM audit'; SELECT f() | table public.audit",
                hidden("SELECT FROM {b}.notes") + "                              | table {b}.notes of another tenant");
    }

    private Migration reading(String row) {
        return reads(row.substring(0, row.lastIndexOf('|')).strip().replace("{b}", new StringBuilder(b).reverse()));
    }

    private String named(String row) {
        return row.substring(row.lastIndexOf('|') + 1).strip().replace("{b}", b);
    }

    @ParameterizedTest
    @MethodSource("readings")
    void aReadIsLoggedOncePerVersionAndRun(String row) throws Exception {
        TenantMigrator migrator = Samples.with(database, MEMBERS, NOTES, reading(row));

        List<String> lines = warnings(() -> {
            FleetReport report = migrator.deployAll();
            assertThat(report.of(Migrated.class)).hasSize(3);
        });

        assertThat(lines)
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .contains(named(row), VERSION + "/migration.sql", "in tenant ", "--reads-outside forbid")
                        .hasLineCount(1));
        assertThat(warnings(migrator::deployAll)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("readings")
    void aForbiddenReadIsTakenBackAndNamed(String row) throws Exception {
        Migration migration = reads("SELECT 1;\n" + reading(row).up().text());

        FleetReport report =
                builder(ReadsOutside.FORBID, MEMBERS, NOTES, migration).build().deploy(Tenants.named(a));

        assertThat(report.failed()).as(report.toString()).hasSize(1);
        Failure failure = report.failed().get(0).failure();
        assertThat(failure.message()).contains("read " + named(row), "--shared-object", "--reads-outside warn");
        assertThat(failure.tenant()).contains(a);
        assertThat(failure.version()).contains(VERSION);
        assertThat(failure.file()).contains(VERSION + "/migration.sql");
        assertThat(failure.line()).hasValue(2);
        assertThat(database.value("SELECT count(*) FROM " + a + ".schema_migrations"))
                .isEqualTo("2");
    }

    @ParameterizedTest
    @MethodSource("readings")
    void anAllowedReadIsNotMentioned(String row) throws Exception {
        assertThat(warnings(() -> builder(ReadsOutside.ALLOW, MEMBERS, NOTES, reading(row))
                        .build()
                        .deployAll()
                        .throwIfFailed()))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                READ,
                "CREATE VIEW v AS SELECT * FROM audit",
                "DROP INDEX notes_member; SELECT count(*) FROM audit"
            })
    void aScriptThatOnlyReadsRunsOnce(String sql) throws Exception {
        List<Line> lines = TestLog.during(() ->
                Samples.with(database, MEMBERS, NOTES, reads(sql)).deployAll().throwIfFailed());

        assertThat(lines).noneMatch(line -> line.text().contains("did something that its text does not say"));
    }

    static Stream<String> harmless() {
        return Stream.of(
                "SELECT count(*) FROM notes, team_member, schema_migrations",
                "SELECT count(*) FROM public.users WHERE name = 'u'",
                "CREATE VIEW v AS SELECT u.name FROM public.users u JOIN notes n ON n.body = u.name",
                "ALTER TABLE notes ADD COLUMN owner int REFERENCES public.users (id); UPDATE notes SET owner = 1",
                "SELECT last_value FROM users_id_seq",
                "DO $$ BEGIN EXECUTE 'SELECT last_value FROM users_id_seq'; END $$",
                "SELECT count(*) FROM public.parts; " + hidden("SELECT FROM public.parts_1"),
                "SELECT count(*) FROM public.audited_twice",
                "SELECT count(*) FROM extended",
                "DO $$ BEGIN EXECUTE 'SELECT FROM other.t'; EXECUTE 'SELECT FROM other.v'; END $$",
                "SELECT public.uuid_generate_v4()",
                "CREATE TEMPORARY TABLE x (id int); INSERT INTO x VALUES (1); SELECT count(*) FROM x",
                "CREATE TEMPORARY TABLE x AS SELECT * FROM notes; DROP TABLE x",
                "CREATE TABLE x AS SELECT repeat(md5('x'), 100000) AS long; SELECT max(length(long)) FROM x",
                "CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1)"
                        + " TO (9); INSERT INTO p VALUES (1); SELECT count(*) FROM p",
                "CREATE MATERIALIZED VIEW m AS SELECT * FROM notes; REFRESH MATERIALIZED VIEW m; SELECT count(*) FROM m",
                "SELECT count(*) FROM information_schema.columns WHERE column_default IS NOT NULL",
                "SELECT count(indexdef) FROM pg_indexes",
                "DO $$ BEGIN IF EXISTS (SELECT FROM information_schema.tables WHERE table_name = 'audit') THEN NULL; END IF; END $$",
                "SELECT 'audit'::regclass, to_regclass('audited'), pg_total_relation_size('audit'), has_table_privilege('audit', 'SELECT')",
                "SELECT nextval('notes_id_seq'), last_value FROM notes_id_seq",
                "CREATE TABLE x (id int); CREATE INDEX ON x (id); DROP TABLE x",
                "DO $$ BEGIN EXECUTE 'CREATE TABLE x (id int)'; EXECUTE 'SELECT FROM x'; EXECUTE 'DROP TABLE x'; END $$");
    }

    private TenantMigratorBuilder withAllowed(ReadsOutside treatment, Migration... migrations) {
        return builder(treatment, migrations)
                .sharedObjects("users", "parts", "audited_twice")
                .allowSchemas("other");
    }

    @ParameterizedTest
    @MethodSource("harmless")
    void whatIsSharedOrTheTenantsOwnIsNoReadOutside(String sql) throws Exception {
        withExtensionTable(() -> {
            Migration migration = reads(sql);
            assertThat(warnings(() -> withAllowed(ReadsOutside.WARN, MEMBERS, NOTES, migration)
                            .build()
                            .deploy(Tenants.named(b))
                            .throwIfFailed()))
                    .isEmpty();
            TenantMigrator strict =
                    withAllowed(ReadsOutside.FORBID, MEMBERS, NOTES, migration).build();
            strict.deploy(Tenants.named(a)).throwIfFailed();
            strict.rollback(Tenants.named(a), VERSION, RollbackOptions.defaults())
                    .throwIfFailed();
            strict.createTenant(TenantName.exactly("created"));
        });
    }

    /** A table that an extension brought, as PostGIS does. */
    private void withExtensionTable(TestLog.Work work) throws Exception {
        superuser("CREATE TABLE public.extended (id int); GRANT ALL ON public.extended TO PUBLIC;"
                + " ALTER EXTENSION \"uuid-ossp\" ADD TABLE public.extended");
        try {
            work.run();
        } finally {
            superuser("ALTER EXTENSION \"uuid-ossp\" DROP TABLE public.extended; DROP TABLE public.extended");
        }
    }

    private void superuser(String sql) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"audit", "public.audit", "public.*"})
    void anAllowedTableMayBeRead(String allowed) throws Exception {
        TenantMigratorBuilder builder = builder(ReadsOutside.FORBID, MEMBERS, NOTES, reads(HIDDEN_READ));
        TenantMigrator migrator =
                (allowed.contains(".") ? builder.allowTables(allowed) : builder.sharedObjects(allowed)).build();

        migrator.deployAll().throwIfFailed();
        migrator.createTenant(TenantName.exactly("created"));
    }

    @Test
    void aRunThatMayChangeTheSharedSchemaMayReadIt() {
        builder(ReadsOutside.FORBID, MEMBERS, NOTES, reads(HIDDEN_READ))
                .build()
                .deploy(
                        Tenants.all(),
                        DeployOptions.builder().sharedSchemaChanges(true).build())
                .throwIfFailed();
    }

    @ParameterizedTest
    @ValueSource(strings = {READ, HIDDEN_READ})
    void parallelWorkersLogOneLine(String sql) throws Exception {
        for (int i = 0; i < 12; i++) {
            Samples.create(database, "t" + i, MEMBERS, NOTES);
        }
        TenantMigrator migrator = Samples.migrator(database, MEMBERS, NOTES, reads(sql))
                .parallelism(4)
                .build();

        assertThat(warnings(() ->
                        assertThat(migrator.deployAll().of(Migrated.class)).hasSize(15)))
                .hasSize(1);
    }

    @Test
    void aReadOfASingleTenantIsFoundWhereverItStandsInTheRun() throws Exception {
        Migration migration =
                reads("DO $$ BEGIN IF current_schema() = '" + b + "' THEN EXECUTE 'SELECT FROM audit'; END IF; END $$");

        List<String> lines =
                warnings(() -> Samples.with(database, MEMBERS, NOTES, migration).deployAll());

        assertThat(lines).singleElement().asString().contains("table public.audit", b);
    }

    @Test
    void aReadOfAnotherTenantIsNamedAlsoAfterALesserOne() throws Exception {
        Migration migration = reads("DO $$ BEGIN EXECUTE 'SELECT FROM audit'; IF current_schema() = '" + b
                + "' THEN EXECUTE reverse('" + new StringBuilder("SELECT FROM " + a + ".notes").reverse()
                + "'); END IF; END $$");
        Rollout aFirst = Rollout.builder().groups(RolloutGroup.of(a)).build();

        List<String> lines = warnings(() -> Samples.with(database, MEMBERS, NOTES, migration)
                .deploy(Tenants.all(), DeployOptions.builder().rollout(aFirst).build()));

        assertThat(lines).hasSize(2);
        assertThat(lines.get(1))
                .contains("table " + a + ".notes of another tenant")
                .contains(b);
    }

    @Test
    void eachVersionHasItsLine() throws Exception {
        Migration second = Migration.of("20240302_again", HIDDEN_READ);

        List<String> lines = warnings(() ->
                Samples.with(database, MEMBERS, NOTES, reads(READ), second).deployAll());

        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).contains(VERSION);
        assertThat(lines.get(1)).contains(second.version());
    }

    @ParameterizedTest
    @ValueSource(strings = {READ, HIDDEN_READ})
    void aRollbackIsCheckedToo(String sql) throws Exception {
        Migration migration = Migration.of(VERSION, "SELECT 1", sql);
        TenantMigrator migrator = Samples.with(database, MEMBERS, NOTES, migration);
        migrator.deployAll().throwIfFailed();

        FleetReport refused = builder(ReadsOutside.FORBID, MEMBERS, NOTES, migration)
                .build()
                .rollback(Tenants.named(a), VERSION, RollbackOptions.defaults());
        assertThat(refused.failed().get(0).failure().message()).contains("read table public.audit");
        assertThat(refused.failed().get(0).failure().file()).contains(VERSION + "/rollback.sql");

        assertThat(warnings(() -> assertThat(migrator.rollback(Tenants.all(), VERSION, RollbackOptions.defaults())
                                .of(RolledBack.class))
                        .hasSize(3)))
                .singleElement()
                .asString()
                .contains("table public.audit", VERSION + "/rollback.sql");
    }

    @ParameterizedTest
    @ValueSource(strings = {READ, HIDDEN_READ})
    void aReadWhileATenantIsCreatedIsLoggedOnce(String sql) throws Exception {
        TenantMigrator migrator = Samples.with(database, MEMBERS, NOTES, reads(sql));

        List<String> lines = warnings(() -> {
            migrator.createTenant(TenantName.exactly("created1"));
            migrator.createTenant(TenantName.exactly("created2"));
        });

        assertThat(lines)
                .singleElement()
                .asString()
                .contains("table public.audit", VERSION + "/migration.sql", "created1");
    }

    @ParameterizedTest
    @ValueSource(strings = {READ, HIDDEN_READ, "ALTER TABLE notes ADD COLUMN n int DEFAULT audit_size()"})
    void aForbiddenReadLeavesNothingOfANewTenant(String sql) throws Exception {
        TenantMigrator migrator = builder(
                        ReadsOutside.FORBID,
                        MEMBERS,
                        NOTES,
                        reads("SELECT 1;\n" + sql + "; INSERT INTO notes DEFAULT VALUES"))
                .build();

        assertThatThrownBy(() -> migrator.createTenant(TenantName.exactly("created")))
                .isInstanceOfSatisfying(MigrationFailedException.class, e -> {
                    assertThat(e.failure().message()).contains("read table public.audit");
                    assertThat(e.failure().version()).contains(VERSION);
                    assertThat(e.failure().line()).hasValue(2);
                });
        assertThat(database.value("SELECT to_regnamespace('created') IS NULL")).isEqualTo("true");
    }

    @Test
    void theCallersOwnReadsDoNotCount() throws Exception {
        TenantMigrator strict = builder(ReadsOutside.FORBID, MEMBERS, NOTES).build();
        TenantMigrator reading =
                builder(ReadsOutside.FORBID, MEMBERS, NOTES, reads(HIDDEN_READ)).build();
        TenantMigrator warning = Samples.with(database, MEMBERS, NOTES, reads(HIDDEN_READ));
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> reading.createTenant(connection, TenantName.exactly("created0")))
                    .hasMessageContaining("read table public.audit");
            assertThat(warnings(() -> warning.createTenant(connection, TenantName.exactly("created1"))))
                    .singleElement()
                    .asString()
                    .contains(VERSION + "/migration.sql");
            connection.rollback();

            statement.execute("SELECT count(*) FROM public.audit, " + a + ".notes");
            strict.createTenant(connection, TenantName.exactly("created2"));
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    @Test
    void aCallersSettingOfMessagesComesBack() throws Exception {
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SET LOCAL client_min_messages = error");
            assertThat(warnings(() -> Samples.with(database, MEMBERS, NOTES, reads(READ))
                            .createTenant(connection, TenantName.exactly("created"))))
                    .hasSize(1);
            assertThat(show(statement)).isEqualTo("error");
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private static String show(Statement statement) throws SQLException {
        try (var row = statement.executeQuery("SHOW client_min_messages")) {
            row.next();
            return row.getString(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"SET client_min_messages = error; " + READ, "SET client_min_messages = error; " + HIDDEN_READ})
    void aScriptThatWantsNoMessagesIsHeard(String sql) throws Exception {
        assertThat(warnings(() -> Samples.with(database, MEMBERS, NOTES, reads(sql))
                        .deployAll()
                        .throwIfFailed()))
                .hasSize(1);
    }

    static Stream<TrackingStore> stores() {
        return Stream.of(TrackingStore.perSchema(), TrackingStore.fleet(), new DocumentStore());
    }

    @ParameterizedTest
    @MethodSource("stores")
    void theRecordIsNoReadOutside(TrackingStore store) throws Exception {
        Migration inside =
                Migration.of("20240301_inside", "INSERT INTO notes (body) SELECT body FROM notes", "SELECT 1");
        Migration hidden =
                Migration.of("20240302_hidden", "DO $$ BEGIN EXECUTE 'SELECT FROM notes'; END $$", "SELECT 1");
        builder(ReadsOutside.FORBID, MEMBERS, NOTES)
                .trackingStore(store)
                .build()
                .createTenant(TenantName.exactly("first"));
        TenantMigrator strict = builder(ReadsOutside.FORBID, MEMBERS, NOTES, inside, hidden)
                .trackingStore(store)
                .build();

        strict.deployAll().throwIfFailed();
        strict.createTenant(TenantName.exactly("second"));
        strict.rollback(Tenants.named("first"), hidden.version(), RollbackOptions.defaults())
                .throwIfFailed();
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            strict.createTenant(connection, TenantName.exactly("third"));
            connection.commit();
            connection.setAutoCommit(true);
        }

        List<String> lines = new ArrayList<>(warnings(() -> builder(
                        ReadsOutside.WARN,
                        MEMBERS,
                        NOTES,
                        inside,
                        hidden,
                        Migration.of("20240303_read", READ),
                        Migration.of("20240304_read", hidden("SELECT FROM second.notes")))
                .trackingStore(store)
                .build()
                .deploy(Tenants.named("first"))
                .throwIfFailed()));
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).contains("table public.audit").doesNotContain("another tenant");
        assertThat(lines.get(1)).contains("table second.notes of another tenant");
    }

    @Test
    void aBackfillIsCheckedWhereItsMigrationsRun() throws Exception {
        Migration migration = reads("CREATE TABLE copied AS SELECT * FROM audit");
        builder(ReadsOutside.ALLOW, MEMBERS, NOTES, migration)
                .build()
                .deployAll()
                .throwIfFailed();
        database.execute("DROP TABLE " + a + ".copied; DROP TABLE " + b + ".copied");

        FleetReport refused = builder(ReadsOutside.FORBID, MEMBERS, NOTES, migration)
                .requiredTables("copied")
                .build()
                .backfill(Tenants.named(a));
        assertThat(refused.failed().get(0).failure().message()).contains("read table public.audit");
        assertThat(refused.failed().get(0).failure().version()).contains(VERSION);

        assertThat(warnings(() -> Samples.migrator(database, MEMBERS, NOTES, migration)
                        .requiredTables("copied")
                        .build()
                        .backfill(Tenants.all())
                        .throwIfFailed()))
                .singleElement()
                .asString()
                .contains("table public.audit", VERSION + "/migration.sql");
    }

    @Test
    void anEventTriggersTableIsNamedUnlessItIsAllowed() throws Exception {
        superuser("""
                CREATE FUNCTION public.watches() RETURNS event_trigger LANGUAGE plpgsql AS
                    $$ BEGIN PERFORM count(*) FROM public.audit; END $$;
                CREATE EVENT TRIGGER watches ON ddl_command_end EXECUTE FUNCTION public.watches()""");
        try {
            Migration migration = reads("CREATE TABLE x (id int)");
            assertThat(builder(ReadsOutside.FORBID, MEMBERS, NOTES, migration)
                            .build()
                            .deploy(Tenants.named(a))
                            .failed()
                            .get(0)
                            .failure()
                            .message())
                    .contains("read table public.audit");
            builder(ReadsOutside.FORBID, MEMBERS, NOTES, migration)
                    .allowTables("public.audit")
                    .build()
                    .deploy(Tenants.named(a))
                    .throwIfFailed();
        } finally {
            superuser("DROP EVENT TRIGGER watches; DROP FUNCTION public.watches()");
        }
    }

    @Test
    void aStatementOutsideATransactionIsNotChecked() throws Exception {
        Migration migration = reads("CREATE INDEX CONCURRENTLY notes_body ON notes (body)");
        TenantMigrator strict =
                builder(ReadsOutside.FORBID, MEMBERS, NOTES, migration).build();

        strict.deploy(Tenants.named(a)).throwIfFailed();
        strict.createTenant(TenantName.exactly("created"));
        assertThat(warnings(
                        () -> Samples.with(database, MEMBERS, NOTES, migration).deployAll()))
                .isEmpty();
    }

    @Test
    void aScriptInPartsIsCheckedInItsTransactions() throws Exception {
        Migration migration = reads("CREATE INDEX CONCURRENTLY notes_body ON notes (body);\n" + READ + ";\nSELECT 1");

        Failure failure = builder(ReadsOutside.FORBID, MEMBERS, NOTES, migration)
                .build()
                .deploy(Tenants.named(a))
                .failed()
                .get(0)
                .failure();
        assertThat(failure.message()).contains("read table public.audit");
        assertThat(failure.line()).hasValue(2);
        assertThat(database.value("SELECT count(*) FROM " + a + ".notes")).isEqualTo("0");

        assertThat(warnings(() -> assertThat(Samples.with(database, MEMBERS, NOTES, migration)
                                .deployAll()
                                .of(Migrated.class))
                        .hasSize(3)))
                .singleElement()
                .asString()
                .contains("table public.audit", VERSION + "/migration.sql");
    }

    @Test
    void aReadThatIsTakenBackByTheScriptItselfIsNotSeen() {
        Migration migration = reads("DO $$ BEGIN BEGIN PERFORM count(*) FROM audit; RAISE division_by_zero;"
                + " EXCEPTION WHEN division_by_zero THEN NULL; END; END $$");

        builder(ReadsOutside.FORBID, MEMBERS, NOTES, migration)
                .build()
                .deployAll()
                .throwIfFailed();
    }

    @Test
    void aForeignTouchIsReportedBeforeARead() {
        Migration migration = reads(READ + "; INSERT INTO audit (what) VALUES ('y')");

        Failure failure = builder(ReadsOutside.FORBID, MEMBERS, NOTES, migration)
                .build()
                .deploy(Tenants.named(a))
                .failed()
                .get(0)
                .failure();

        assertThat(failure.message()).contains("touched table public.audit");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"odd \"\"name\"\", ~ '1'\"", "\"{tenant}\"", "\"a:b\"", "\"back\\slash\"", "\"two\nlines\""})
    void namesOfAnyKindAreShownInOneLine(String name) throws Exception {
        database.execute("CREATE TABLE public." + name + " (id int)");
        try {
            assertThat(warnings(() -> Samples.with(
                                    database, MEMBERS, NOTES, reads("CREATE VIEW v AS SELECT * FROM " + name))
                            .deployAll()
                            .throwIfFailed()))
                    .singleElement()
                    .satisfies(line -> assertThat(line)
                            .contains("public." + name.replace("\n", " "))
                            .hasLineCount(1));
        } finally {
            database.execute("DROP TABLE public." + name + " CASCADE");
        }
    }
}
