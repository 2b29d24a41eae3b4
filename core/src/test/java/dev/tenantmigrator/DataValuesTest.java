package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.log.TestLog;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values of a tenant's rows appear in no report, exception, log line or event, unless the application asks for them. */
@PostgresTest
class DataValuesTest {

    /** Parts of the values of {@link #vault}, in lower case. */
    private static final List<String> SECRETS =
            List.of("zebra77", "quokka", "whispered", "mumble", "918273645", "2087-", "918.27");

    /** Each fails, and in PostgreSQL's message, detail, hint or context there can be something of a row. */
    private static final List<String> SCRIPTS = List.of(
            "SELECT t::int FROM data",
            "DO $$ BEGIN EXECUTE format('LOAD %L', '$libdir/plugins/' || (SELECT t FROM data)); END $$",
            "CREATE FUNCTION reads(v text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT u FROM data)::regclass > 0; END';"
                    + " CREATE DOMAIN read AS text CHECK (reads(VALUE)); CREATE TYPE pair AS (x read); SELECT '(x)'::pair",
            "SELECT n::smallint FROM data",
            "SELECT (n::text || '9999')::int FROM data",
            "SELECT t::numeric FROM data",
            "SELECT n::numeric(5,2) FROM data",
            "SELECT t::boolean FROM data",
            "SELECT d::date FROM data",
            "SELECT t::timestamptz FROM data",
            "SELECT t::interval FROM data",
            "SELECT t::uuid FROM data",
            "SELECT t::inet FROM data",
            "SELECT t::json FROM data",
            "SELECT ('{\"a\": ' || t)::jsonb FROM data",
            "SELECT ('<a>' || t || '</b>')::xml FROM data",
            "SELECT ('{' || t)::int[] FROM data",
            "SELECT ('(' || t)::data FROM data",
            "SELECT t::int4range FROM data",
            "SELECT t::point FROM data",
            "SELECT t::mood FROM data",
            "SELECT t::bytea || ('\\' || t)::bytea FROM data",
            "SELECT n::text::bit(3)::int / 0 FROM data",
            "SELECT t::regclass FROM data",
            "SELECT u::regclass FROM data",
            "SELECT u::regtype FROM data",
            "SELECT u::regrole FROM data",
            "SELECT u::regnamespace FROM data",
            "SELECT u::regproc FROM data",
            "SELECT nextval(u) FROM data",
            "SELECT has_table_privilege(u, 'SELECT') FROM data",
            "SELECT current_setting(u) FROM data",
            "SELECT set_config('DateStyle', t, true) FROM data",
            "SELECT date_trunc(t, now()) FROM data",
            "SELECT extract_it(t) FROM data",
            "SELECT encode('a', t) FROM data",
            "SELECT to_tsquery(t || ' & & ') FROM data",
            "SELECT regexp_replace('a', '(' || t, 'b') FROM data",
            "SELECT to_date(t, 'YYYY-MM-DD') FROM data",
            "SELECT make_date(2087, (n % 100)::int, 1) FROM data",
            "SELECT chr(n::int) FROM data",
            "SELECT setval('small', n) FROM data",
            "SELECT t::jsonpath FROM data",
            "SELECT format('%' || t, 1) FROM data",
            "ALTER TABLE data ALTER COLUMN t TYPE varchar(3)",
            "ALTER TABLE data ALTER COLUMN t TYPE int USING t::int",
            "ALTER TABLE data ADD CHECK (length(t) < 2)",
            "INSERT INTO data SELECT * FROM data; ALTER TABLE data ADD PRIMARY KEY (u)",
            "ALTER TABLE data ADD FOREIGN KEY (u) REFERENCES other (u)",
            "INSERT INTO data SELECT * FROM data; ALTER TABLE data ADD EXCLUDE (u WITH =)",
            "INSERT INTO data SELECT * FROM data; CREATE UNIQUE INDEX data_u ON data (u)",
            "ALTER TABLE data ALTER COLUMN nothing SET NOT NULL; INSERT INTO data SELECT * FROM data",
            "INSERT INTO parts SELECT u FROM data",
            "INSERT INTO shorts SELECT t FROM data",
            "INSERT INTO other SELECT u, t FROM data",
            "INSERT INTO data SELECT * FROM data; SELECT (SELECT t FROM data)",
            "DO $$ DECLARE r record; BEGIN SELECT * INTO r FROM data; RAISE EXCEPTION 'bad row %', r; END $$",
            "DO $$ BEGIN RAISE EXCEPTION USING MESSAGE = (SELECT t FROM data), HINT = 'see ' || (SELECT u FROM data),"
                    + " DETAIL = (SELECT t FROM data), ERRCODE = '23505', CONSTRAINT = (SELECT u FROM data); END $$",
            "DO $$ BEGIN RAISE EXCEPTION USING MESSAGE = (SELECT 'no \"' || u || '\"' FROM data),"
                    + " ERRCODE = '42703', COLUMN = (SELECT u FROM data); END $$",
            "DO $$ BEGIN ASSERT false, (SELECT t FROM data); END $$",
            "DO $$ BEGIN EXECUTE (SELECT 'DROP TABLE ' || u FROM data); END $$",
            "DO $$ BEGIN EXECUTE (SELECT 'SELECT ' || u FROM data); END $$",
            "DO $$ BEGIN EXECUTE (SELECT t FROM data); END $$",
            "DO $$ BEGIN EXECUTE (SELECT 'SELECT ' || quote_literal(t) || '::int' FROM data); END $$",
            "DO $$ BEGIN EXECUTE (SELECT 'SET LOCAL lock_timeout = ' || quote_literal(t) FROM data); END $$",
            "UPDATE watched SET u = (SELECT u FROM data)",
            "SELECT sql_function(t) FROM data");

    private static final String BEFORE = """
            CREATE TYPE public.mood AS ENUM ('fine');
            CREATE TABLE public.data AS SELECT * FROM public.vault;
            CREATE TABLE public.other (u text PRIMARY KEY, t varchar(4) NOT NULL);
            CREATE TABLE public.shorts (t varchar(4));
            CREATE TABLE public.parts (u text) PARTITION BY LIST (u);
            CREATE SEQUENCE public.small MAXVALUE 77;
            CREATE FUNCTION public.extract_it(t text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN t::int; END $$;
            CREATE FUNCTION public.sql_function(t text) RETURNS int LANGUAGE sql AS $$ SELECT $1::int $$;
            CREATE TABLE public.watched AS SELECT ''::text AS u;
            CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'no %', NEW.u; END $$;
            CREATE TRIGGER refuse BEFORE UPDATE ON public.watched FOR EACH ROW EXECUTE FUNCTION public.refuse();
            """;

    private final TestDatabase database;
    private final List<String> events = new ArrayList<>();
    private final Path directory;

    DataValuesTest(TestDatabase database, @TempDir Path directory) {
        this.database = database;
        this.directory = directory;
    }

    @BeforeEach
    void vault() {
        database.execute(
                "CREATE TABLE public.vault (t text, u text, n bigint, d text, nothing text);"
                        + " INSERT INTO public.vault VALUES ('Zebra77 \"Quokka\" whispered: \"mumble\"', 'zebra77', 918273645, '2087-13-77', NULL)");
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
        database.execute("DROP TABLE public.vault");
    }

    private TenantMigrator with(Migration... migrations) {
        TenantEventListener listener = new TenantEventListener() {
            @Override
            public void onEvent(TenantEvent event) {
                events.add(event.toString());
            }
        };
        return Samples.migrator(database, migrations)
                .sharedObjects("vault")
                .listener(listener)
                .build();
    }

    private static Migration before() {
        return Migration.of("20240101_before", BEFORE);
    }

    private interface Attempt {
        Optional<FleetReport> run(String script);
    }

    /** Runs a script in some way, and gives back all that was said anywhere. */
    private String said(String script, Attempt attempt) throws Exception {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        List<TestLog.Line> lines = TestLog.during(() -> {
            Throwable thrown = catchThrowable(() -> attempt.run(script).ifPresent(report -> {
                assertThat(report.failed()).as(script).isNotEmpty();
                out.println(report);
                report.throwIfFailed();
            }));
            assertThat(thrown).as(script).isInstanceOf(TenantMigratorException.class);
            thrown.printStackTrace(out);
        });
        lines.forEach(line -> out.println(line.text()));
        return said.toString();
    }

    private void assertNothingOfRows(String script, String said) {
        assertThat(SECRETS)
                .as(script + "\n" + said)
                .noneMatch(secret -> !script.contains(secret)
                        && said.toLowerCase(Locale.ROOT).contains(secret));
    }

    private void assertNothingOfRows(List<String> scripts, Attempt attempt) throws Exception {
        Path file = directory.resolve("recording.jfr");
        List<String> recorded = new ArrayList<>();
        try (Recording recording = new Recording()) {
            recording.start();
            for (String script : scripts) {
                events.clear();
                String said = said(script, attempt);
                assertNothingOfRows(script, said + events);
            }
            recording.stop();
            recording.dump(file);
        }
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
            if (event.getEventType().getName().startsWith("dev.tenantmigrator.")) {
                recorded.add(event.toString());
            }
        }
        assertThat(recorded).isNotEmpty();
        assertNothingOfRows("", recorded.toString());
    }

    @Test
    void ofADeploy() throws Exception {
        String a = with(before()).createTenant(TenantName.forUser("a")).schema();
        assertNothingOfRows(
                SCRIPTS,
                script -> Optional.of(
                        with(before(), Migration.of("20240102_fails", script)).deploy(Tenants.named(a))));
    }

    @Test
    void ofARollback() throws Exception {
        with(before(), Migration.of("20240102_fails", "SELECT 1")).createTenant(TenantName.forUser("a"));
        assertNothingOfRows(
                SCRIPTS,
                script -> Optional.of(with(before(), Migration.of("20240102_fails", "SELECT 1", script))
                        .rollback(Tenants.all(), "20240102_fails", RollbackOptions.defaults())));
    }

    @Test
    void ofACreation() throws Exception {
        assertNothingOfRows(SCRIPTS, script -> {
            with(before(), Migration.of("20240102_fails", script)).createTenant(TenantName.forUser("a"));
            return Optional.empty();
        });
    }

    @Test
    void ofTheStepOfTheHost() throws Exception {
        assertNothingOfRows(
                List.of("SELECT t::int FROM public.vault", "SELECT u::regclass FROM public.vault"), script -> {
                    with(MEMBERS).createTenant(TenantName.forUser("a"), (connection, schema) -> {
                        try (var statement = connection.createStatement()) {
                            statement.execute(script);
                        }
                    });
                    return Optional.empty();
                });
    }

    @Test
    void ofARepair() throws Exception {
        String a = with(MEMBERS).createTenant(TenantName.forUser("a")).schema();
        database.execute("CREATE FUNCTION " + a + ".refuse() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN RAISE EXCEPTION 'no %', (SELECT t FROM public.vault); END $$;"
                + " CREATE TRIGGER refuse BEFORE DELETE ON " + a
                + ".schema_migrations FOR EACH ROW EXECUTE FUNCTION " + a + ".refuse()");
        assertNothingOfRows(
                List.of(""),
                script -> Optional.of(
                        with(MEMBERS).repair(Tenants.named(a), new Repair.MarkNotApplied(MEMBERS.version()))));
    }

    @Test
    void ofABackfill() throws Exception {
        database.execute("CREATE TABLE public.safe AS SELECT * FROM public.vault; DELETE FROM public.vault");
        for (String script : List.of("SELECT t::int FROM data", "SELECT n::smallint FROM data")) {
            String a = with(before(), Migration.of("20240102_fails", script))
                    .createTenant(TenantName.forUser("a"))
                    .schema();
            database.execute("INSERT INTO public.vault SELECT * FROM public.safe; DROP TABLE " + a + ".shorts");
            assertNothingOfRows(
                    List.of(script),
                    failing -> Optional.of(Samples.migrator(database, before(), Migration.of("20240102_fails", failing))
                            .sharedObjects("vault")
                            .requiredTables("shorts")
                            .build()
                            .backfill(Tenants.named(a))));
            database.execute("DELETE FROM public.vault");
        }
        database.execute("DROP TABLE public.safe");
    }

    @Test
    void ofAStatementOutsideOfATransaction() throws Exception {
        with(before()).createTenant(TenantName.forUser("a"));
        assertNothingOfRows(
                List.of(
                        "CREATE INDEX CONCURRENTLY i ON data ((t::int))",
                        "CREATE INDEX CONCURRENTLY i ON data ((extract_it(t)))",
                        "-- tenant-migrator: no-transaction\nDO $$ BEGIN PERFORM t::int FROM data; END $$"),
                script -> Optional.of(
                        with(before(), Migration.of("20240102_fails", script)).deployAll()));
    }

    /** Names, what PostgreSQL says of itself, and what the script says are shown. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            SELECT 'twelve'::int                                | invalid input syntax for type integer: "twelve"
            SELECT t::int FROM data                             | invalid input syntax for type integer: "…"
            SELECT t::mood FROM data                            | invalid input value for enum mood: "…"
            SELECT setval('small', n) FROM data                 | setval: value … is out of bounds for sequence "small" (1..77)
            SELECT setval('small', 99)                          | setval: value 99 is out of bounds for sequence "small" (1..77)
            INSERT INTO shorts SELECT t FROM data               | value too long for type character varying(4)
            ALTER TABLE data ALTER nothing SET NOT NULL         | column "nothing" of relation "data" contains null values
            SELECT nonsense FROM data                           | column "nonsense" does not exist
            SELECT othr FROM other, data                        | column "othr" does not exist
            DROP TABLE nonsense                                 | table "nonsense" does not exist
            ALTER TABLE data ADD UNIQUE (u); INSERT INTO data SELECT * FROM data | duplicate key value violates unique constraint "data_u_key"
            SELECT make_date(2024, n::int, 1) FROM data         | date field value out of range: …
            DO $$ BEGIN RAISE EXCEPTION 'it''s bad: row % of %', (SELECT n FROM data), 'data'; END $$ | it's bad: row … of data
            UPDATE watched SET u = 'x'                          | … x, in function refuse, line 1
            SELECT extract_it('12x')                            | invalid input syntax for type integer: "12x", in function extract_it, line 1
            SELECT sql_function(t) FROM data                    | invalid input syntax for type integer: "…"
            """)
    void whatIsNoDataIsShown(String script, String message) {
        String a = with(before()).createTenant(TenantName.forUser("a")).schema();

        Failure failure = with(before(), Migration.of("20240102_fails", script))
                .deploy(Tenants.named(a))
                .failed()
                .get(0)
                .failure();

        assertThat(failure.message()).startsWith(message);
    }

    /** A worker that its stack ends would take its tenant out of the report. */
    @Test
    void aMessageOfManyWordsIsNoMoreThanAFailure() throws Exception {
        with(before()).createTenant(TenantName.forUser("a"));
        with(before()).createTenant(TenantName.forUser("b"));
        Migration talks = Migration.of(
                "20240102_talks",
                "DO $$ BEGIN RAISE EXCEPTION '%', (SELECT string_agg('w' || i, ' ') FROM generate_series(1, 20000) i);"
                        + " END $$");

        FleetReport report = Samples.migrator(database, before(), talks)
                .parallelism(2)
                .build()
                .deployAll();

        assertThat(report.failed())
                .hasSize(2)
                .allMatch(failed -> failed.failure().message().equals("…"));
    }

    @Test
    void whoAsksForTheDetailGetsItInReportsAndEvents() throws Exception {
        String a = with(before()).createTenant(TenantName.forUser("a")).schema();
        List<Failure> failures = new ArrayList<>();
        TenantMigrator migrator = Samples.migrator(
                        database,
                        before(),
                        Migration.of("20240102_fails", "ALTER TABLE data ADD FOREIGN KEY (u) REFERENCES other (u)"))
                .sharedObjects("vault")
                .errorDetails(true)
                .listener(event -> {
                    if (event instanceof TenantEvent.TenantFailed failed) {
                        failures.add(failed.failure());
                    }
                })
                .build();

        List<TestLog.Line> lines = TestLog.during(() -> {
            Failure failure = migrator.deploy(Tenants.named(a)).failed().get(0).failure();
            assertThat(failure.detail().orElseThrow())
                    .contains("violates foreign key constraint \"data_u_fkey\"")
                    .contains("Detail: Key (u)=(zebra77) is not present in table \"other\".");
            assertThat(failures).containsExactly(failure);
            assertThat(failure.toString()).doesNotContain("zebra77");
        });

        assertThat(lines).noneMatch(line -> line.text().contains("zebra77"));
        Throwable thrown = catchThrowable(() -> migrator.createTenant(TenantName.forUser("b")));
        assertThat(thrown).hasMessageNotContaining("zebra77");
        assertThat(((TenantMigratorException) thrown).failure().detail().orElseThrow())
                .contains("zebra77");
        assertThat(Objects.requireNonNull(thrown.getCause())).hasMessageNotContaining("zebra77");
    }
}
