package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantOutcome.Backfilled;
import dev.tenantmigrator.report.TenantOutcome.Failed;
import dev.tenantmigrator.report.TenantOutcome.Kind;
import dev.tenantmigrator.report.TenantOutcome.Migrated;
import dev.tenantmigrator.report.TenantOutcome.RolledBack;
import dev.tenantmigrator.report.TenantStatus;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * All that the library does to tenants, with scripts that say nothing which a cluster refuses: where this passes on a
 * coordinator of Citus, the library sends nothing that Citus refuses.
 */
@PostgresTest
@Tag("cluster")
class ClusterTest {

    private static final Migration FIRST =
            Migration.of("20240101_first", """
            CREATE TYPE "public"."role" AS ENUM ('owner', 'guest');
            CREATE TABLE "public"."member" (
                id UUID NOT NULL DEFAULT gen_random_uuid(), role "public"."role" NOT NULL, us_id INTEGER,
                CONSTRAINT member_pkey PRIMARY KEY (id));
            CREATE TABLE note (id BIGSERIAL PRIMARY KEY, member UUID REFERENCES member (id), body TEXT NOT NULL);
            CREATE INDEX note_member ON public.note (member);
            INSERT INTO member (role) VALUES ('owner')""", "DROP TABLE note; DROP TABLE member; DROP TYPE role");

    private static final Migration SECOND = Migration.of(
            "20240102_second",
            "ALTER TABLE note ADD COLUMN flag BOOLEAN NOT NULL DEFAULT false; UPDATE note SET flag = true",
            "ALTER TABLE note DROP COLUMN flag");

    private static final Migration INDEX = Migration.of(
            "20240103_index",
            "CREATE INDEX CONCURRENTLY note_flag ON note (flag)",
            "DROP INDEX CONCURRENTLY note_flag");

    private final TestDatabase database;

    ClusterTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void users() {
        database.execute("CREATE TABLE public.users (id INTEGER PRIMARY KEY, schema TEXT)");
        if (database.isCluster()) {
            database.execute("SELECT create_reference_table('public.users')");
        }
    }

    @AfterEach
    void dropAll() {
        TenantMigrator migrator = migrator(FIRST);
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
        database.execute("DROP TABLE public.users");
    }

    @Test
    void aTenantIsCreatedDeployedRenamedAndDropped() {
        String ada = create("ada", FIRST);
        assertThat(migrator(FIRST, SECOND).deployAll().throwIfFailed().of(Migrated.class))
                .hasSize(1);
        assertThat(migrator(FIRST, SECOND).deployAll().throwIfFailed().counts()).containsOnlyKeys(Kind.UP_TO_DATE);

        TenantMigrator migrator = migrator(FIRST, SECOND);
        String eve = migrator.rename(ada, TenantName.exactly("eve"));
        assertThat(migrator.tenants()).containsExactly(eve);
        assertThat(database.value("SELECT count(*) FROM eve.member")).isEqualTo("1");
        migrator.dropTenant(eve);
        assertThat(migrator.tenants()).isEmpty();
        assertThat(migrator.unfinishedDrops()).isEmpty();
    }

    @Test
    void aSignUpIsOneTransactionWithTheUsersRow() throws SQLException {
        TenantMigrator migrator = migrator(FIRST, SECOND, INDEX);
        migrator.prepare();
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (boolean kept : List.of(false, true)) {
                CreatedTenant tenant = migrator.createTenant(connection, TenantName.forUser("ada"));
                statement.execute("INSERT INTO public.users VALUES (1, '" + tenant.schema() + "')");
                if (kept) {
                    connection.commit();
                } else {
                    connection.rollback();
                }
            }
            connection.setAutoCommit(true);
        }
        assertThat(migrator.tenants()).containsExactlyElementsOf(database.values("SELECT schema FROM public.users"));
        assertThat(migrator.verify().successful()).isTrue();
    }

    @Test
    void aForeignKeyToAReferenceTable() {
        Migration key = Migration.of(
                "20240104_key",
                "ALTER TABLE member ADD CONSTRAINT us FOREIGN KEY (us_id) REFERENCES public.users (id)");
        String ada = create("ada", FIRST);
        Samples.migrator(database, FIRST, key)
                .sharedObjects("users")
                .build()
                .deploy(Tenants.named(ada))
                .throwIfFailed();
    }

    @Test
    void aFailedMigrationLeavesNothing() {
        String ada = create("ada", FIRST);
        Migration broken = Migration.of("20240105_broken", "ALTER TABLE note ADD COLUMN x INT; SELECT nothing");
        Failed failed = migrator(FIRST, broken)
                .deploy(Tenants.named(ada))
                .of(Failed.class)
                .get(0);
        assertThat(failed.failure().sqlState()).contains("42703");
        assertThat(migrator(FIRST).verify(Tenants.named(ada)).successful()).isTrue();
        assertThat(database.value(
                        "SELECT count(*) FROM pg_attribute WHERE attname = 'x' AND attrelid = ?::regclass",
                        ada + ".note"))
                .isEqualTo("0");
    }

    @Test
    void versionsAreTakenBack() {
        create("ada", FIRST);
        create("bob", FIRST, SECOND);
        assertThat(migrator(FIRST, SECOND)
                        .rollback(Tenants.all(), "20240102_second", RollbackOptions.defaults())
                        .throwIfFailed()
                        .counts())
                .containsEntry(Kind.ROLLED_BACK, 1)
                .containsEntry(Kind.NOT_APPLIED, 1);
        assertThat(migrator(FIRST, SECOND)
                        .rollback(Tenants.all(), "20240101_first", RollbackOptions.defaults())
                        .throwIfFailed()
                        .of(RolledBack.class))
                .hasSize(2);
    }

    @Test
    void theStateOfManyTenantsIsReadAtOnce() {
        IntStream.range(0, 60)
                .forEach(i -> create("user" + i, i % 2 == 0 ? new Migration[] {FIRST, SECOND} : FIRST_ONLY));
        StatusReport status = migrator(FIRST, SECOND).status();
        assertThat(status.tenants()).hasSize(60);
        assertThat(status.tenants().stream().filter(TenantStatus::healthy)).hasSize(30);
        assertThat(migrator(FIRST, SECOND).verify().counts())
                .containsEntry(Kind.HEALTHY, 30)
                .containsEntry(Kind.PENDING, 30);
    }

    private static final Migration[] FIRST_ONLY = {FIRST};

    @Test
    void aMissingTableIsMadeAgain() {
        TenantMigrator migrator = Samples.migrator(database, FIRST, SECOND)
                .requiredTables("member", "note")
                .build();
        String ada = create("ada", FIRST, SECOND);
        database.execute("DROP TABLE " + ada + ".note");
        assertThat(migrator.backfill(Tenants.all()).throwIfFailed().of(Backfilled.class))
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.tables()).containsExactly("note"));
        assertThat(migrator.verify().successful()).isTrue();
        database.execute("INSERT INTO " + ada + ".note (body) VALUES ('again')");
    }

    @Test
    void anIndexIsBuiltOutsideOfATransaction() {
        String ada = create("ada", FIRST, SECOND);
        migrator(FIRST, SECOND, INDEX).deployAll().throwIfFailed();
        assertThat(database.value(
                        "SELECT indisvalid::text FROM pg_index WHERE indexrelid = ?::regclass", ada + ".note_flag"))
                .isEqualTo("true");
        migrator(FIRST, SECOND, INDEX)
                .rollback(Tenants.named(ada), "20240103_index", RollbackOptions.defaults())
                .throwIfFailed();
        assertThat(migrator(FIRST, SECOND).verify().successful()).isTrue();
    }

    @Test
    void severalInstancesApplyEachMigrationOnce() {
        List<String> tenants =
                IntStream.range(0, 12).mapToObj(i -> create("user" + i, FIRST)).toList();
        Migration count = Migration.of("20240106_count", "INSERT INTO member (role) VALUES ('guest')");
        List<CompletableFuture<Void>> instances = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.runAsync(() -> Samples.migrator(database, FIRST, count)
                        .parallelism(2)
                        .build()
                        .deployAll()
                        .throwIfFailed()))
                .toList();
        instances.forEach(CompletableFuture::join);
        assertThat(tenants)
                .allSatisfy(tenant -> assertThat(
                                database.value("SELECT count(*) FROM " + tenant + ".member WHERE role = 'guest'"))
                        .isEqualTo("1"));
    }

    @Test
    void whatIsRecordedIsRepaired() {
        String ada = create("ada", FIRST);
        TenantMigrator migrator = migrator(FIRST, SECOND);
        migrator.repair(Tenants.all(), new Repair.MarkApplied("20240102_second"))
                .throwIfFailed();
        assertThat(migrator.verify(Tenants.named(ada)).successful()).isTrue();
        migrator.repair(Tenants.all(), new Repair.MarkNotApplied("20240102_second"))
                .throwIfFailed();
        assertThat(migrator.deployAll().throwIfFailed().of(Migrated.class)).hasSize(1);
    }

    @Test
    void aSpareBecomesATenant() throws SQLException {
        TenantMigrator stocked =
                Samples.migrator(database, FIRST).spares(Spares.keep(2)).build();
        assertThat(stocked.maintainSpares().spares()).hasSize(2);
        assertThat(Samples.migrator(database, FIRST, SECOND)
                        .spares(Spares.keep(2))
                        .build()
                        .deployAll()
                        .successful())
                .isTrue();
        TenantMigrator migrator =
                Samples.migrator(database, FIRST, SECOND).spares(Spares.keep(2)).build();
        CreatedTenant ada = migrator.createTenant(TenantName.forUser("ada"));
        assertThat(ada.fromSpare()).isTrue();
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            assertThat(migrator.createTenant(connection, TenantName.forUser("eve"))
                            .fromSpare())
                    .isTrue();
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(migrator.tenants()).containsExactly(ada.schema());
        assertThat(migrator.spares()).hasSize(1);
        assertThat(database.value("SELECT count(*) FROM " + ada.schema() + ".member"))
                .isEqualTo("1");
        assertThat(migrator.verify().successful()).isTrue();
        assertThat(migrator.drift(Tenants.all(), DriftOptions.defaults()).successful())
                .isTrue();
        assertThat(migrator.dropSpares()).isEqualTo(1);
    }

    @Test
    void aThrowawayTenantIsGoneAfterItsTest() {
        TenantMigrator migrator = migrator(FIRST, SECOND);
        String schema;
        try (ThrowawayTenant tenant = migrator.throwaway()) {
            schema = tenant.schema();
            database.execute("INSERT INTO " + schema + ".note (body) VALUES ('x')");
            assertThat(migrator.tenants()).containsExactly(schema);
        }
        migrator.close();
        assertThat(migrator(FIRST).exists(schema)).isFalse();
    }

    private TenantMigrator migrator(Migration... migrations) {
        return Samples.with(database, migrations);
    }

    private String create(String user, Migration... migrations) {
        return Samples.create(database, user, migrations);
    }
}
