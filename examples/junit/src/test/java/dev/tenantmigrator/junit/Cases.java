package dev.tenantmigrator.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.junit.TenantTest.Isolation;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Test classes that {@link TenantTestTest} runs. */
final class Cases {

    static final Set<String> SCHEMAS = ConcurrentHashMap.newKeySet();

    private Cases() {}

    static void insert(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO vendor (us_id, name) VALUES (uuid_generate_v4(), gen_random_uuid()::text)");
        }
    }

    static int rows(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM vendor")) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Every place that takes a parameter has the tenant of the test. */
    @TenantTest(AppDatabase.class)
    static class EveryPlace {

        private final Tenant tenant;

        EveryPlace(Tenant tenant) throws SQLException {
            this.tenant = tenant;
            assertThat(rows(tenant.connection())).isZero();
            insert(tenant.connection());
        }

        @BeforeAll
        static void ofAll(Tenant tenant) throws SQLException {
            insert(tenant.connection());
            SCHEMAS.add(tenant.schema());
        }

        @BeforeEach
        void before(Tenant same) throws SQLException {
            assertThat(same).isSameAs(tenant);
            assertThat(same.connection()).isSameAs(tenant.connection());
            insert(same.connection());
        }

        @AfterEach
        void after(Tenant same) throws SQLException {
            assertThat(rows(same.connection())).isEqualTo(2);
        }

        @RepeatedTest(2)
        void test(Tenant same) {
            SCHEMAS.add(same.schema());
        }

        @Nested
        class Inner {

            Inner(Tenant same) {
                assertThat(same).isSameAs(tenant);
            }

            @Test
            void nested(Tenant same) {
                SCHEMAS.add(same.schema());
            }
        }
    }

    @TenantTest(AppDatabase.class)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class PerClass {

        private final Tenant tenant;

        PerClass(Tenant tenant) {
            this.tenant = tenant;
        }

        @BeforeAll
        void all(Tenant same) {
            assertThat(same).isSameAs(tenant);
        }

        @RepeatedTest(2)
        void withoutParameter() throws SQLException {
            SCHEMAS.add(tenant.schema());
            assertThat(rows(tenant.connection())).isZero();
            insert(tenant.connection());
        }
    }

    @TenantTest(value = AppDatabase.class, isolation = Isolation.NEW_TENANT)
    static class NewTenants {

        private final Tenant tenant;

        NewTenants(Tenant tenant) {
            this.tenant = tenant;
        }

        @RepeatedTest(3)
        void test(Tenant same) throws SQLException {
            assertThat(same).isSameAs(tenant);
            SCHEMAS.add(same.schema());
            insert(same.connection());
        }
    }

    @TenantTest(value = AppDatabase.class, isolation = Isolation.ROLLBACK)
    static class RolledBack {

        @BeforeAll
        static void stays(Tenant tenant) throws SQLException {
            insert(tenant.connection());
        }

        @RepeatedTest(2)
        void test(Tenant tenant) throws SQLException {
            SCHEMAS.add(tenant.schema());
            assertThat(rows(tenant.connection())).isEqualTo(1);
            try (Connection connection = tenant.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("UPDATE vendor SET name = 'B'");
                connection.commit();
                statement.execute("DELETE FROM vendor");
                connection.rollback();
            }
            // Code under test that borrows again sees what it has committed.
            try (Connection connection = tenant.dataSource().getConnection()) {
                assertThat(rows(connection)).isEqualTo(1);
            }
            assertThat(tenant.connection().isClosed()).isFalse();
            insert(tenant.connection());
        }
    }

    @TenantTest(AppDatabase.class)
    static class OpenTransaction {

        @RepeatedTest(2)
        @SuppressWarnings("MustBeClosed")
        void leavesOneOpen(Tenant tenant) throws SQLException {
            assertThat(rows(tenant.connection())).isZero();
            Connection forgotten = tenant.dataSource().getConnection();
            forgotten.setAutoCommit(false);
            insert(forgotten);
            try (Statement statement = tenant.connection().createStatement()) {
                statement.execute("BEGIN; LOCK TABLE contact");
            }
        }
    }

    @TenantTest(AppDatabase.class)
    static class Failing {

        @Test
        void fails(Tenant tenant) throws SQLException {
            insert(tenant.connection());
            fail("on purpose");
        }

        @Test
        void passes(Tenant tenant) throws SQLException {
            assertThat(rows(tenant.connection())).isZero();
        }
    }

    @TenantTest(AppDatabase.class)
    static class ChangesStructure {

        @RepeatedTest(2)
        void creates(Tenant tenant) throws SQLException {
            SCHEMAS.add(tenant.schema());
            try (Statement statement = tenant.connection().createStatement()) {
                statement.execute("CREATE TABLE more (a int); DROP TABLE contact CASCADE");
            }
        }
    }

    static class OnMethods {

        @Test
        @TenantTest(AppDatabase.class)
        void one(Tenant tenant) {
            SCHEMAS.add(tenant.schema());
        }

        @Test
        @TenantTest(AppDatabase.class)
        void two(Tenant tenant) {
            SCHEMAS.add(tenant.schema());
        }

        @Test
        void without() {}
    }

    static final CyclicBarrier TWO = new CyclicBarrier(2);

    /** Two tests at once. */
    static void meet(Tenant tenant) throws Exception {
        SCHEMAS.add(tenant.schema());
        assertThat(rows(tenant.connection())).isZero();
        insert(tenant.connection());
        TWO.await(1, TimeUnit.MINUTES);
    }

    @TenantTest(AppDatabase.class)
    @Execution(ExecutionMode.CONCURRENT)
    static class ParallelMethods {

        @Test
        void one(Tenant tenant) throws Exception {
            meet(tenant);
        }

        @Test
        void two(Tenant tenant) throws Exception {
            meet(tenant);
        }
    }

    @TenantTest(AppDatabase.class)
    @Execution(ExecutionMode.CONCURRENT)
    static class ParallelClassA {

        @Test
        void one(Tenant tenant) throws Exception {
            meet(tenant);
        }
    }

    @TenantTest(AppDatabase.class)
    @Execution(ExecutionMode.CONCURRENT)
    static class ParallelClassB {

        @Test
        void one(Tenant tenant) throws Exception {
            meet(tenant);
        }
    }

    private static final CountDownLatch ENDED = new CountDownLatch(1);

    /** Runs after a refused test too. */
    static final class AfterOne implements AfterEachCallback {

        @Override
        public void afterEach(ExtensionContext context) {
            ENDED.countDown();
        }
    }

    /** One of the two is refused while the other runs. */
    @TenantTest(AppDatabase.class)
    @ExtendWith(AfterOne.class)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    @Execution(ExecutionMode.CONCURRENT)
    static class ParallelMethodsThatShare {

        ParallelMethodsThatShare(Tenant tenant) {
            SCHEMAS.add(tenant.schema());
        }

        @Test
        void one() throws Exception {
            assertThat(ENDED.await(1, TimeUnit.MINUTES)).isTrue();
        }

        @Test
        void two() throws Exception {
            assertThat(ENDED.await(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    /** A migration that fails. */
    static final class BrokenDatabase implements TenantDatabase {

        @Override
        public DataSource dataSource() {
            return SharedServer.database().dataSource();
        }

        @Override
        public TenantMigrator migrator(DataSource dataSource) {
            return TenantMigrator.builder(dataSource)
                    .migrations(
                            MigrationSource.of(Migration.of("7_broken", "SELECT 1;\nALTER TABLE missing ADD a int")))
                    .build();
        }
    }

    @TenantTest(BrokenDatabase.class)
    static class Broken {

        @Test
        void test(Tenant tenant) {}
    }

    /** No server. */
    static final class NoDatabase implements TenantDatabase {

        @Override
        public DataSource dataSource() {
            throw new IllegalStateException("no server here");
        }

        @Override
        public TenantMigrator migrator(DataSource dataSource) {
            throw new AssertionError();
        }
    }

    @TenantTest(NoDatabase.class)
    static class Unavailable {

        @Test
        void test(Tenant tenant) {}
    }

    @TenantTest(value = AppDatabase.class, isolation = Isolation.NEW_TENANT)
    static class NewTenantForAll {

        @BeforeAll
        static void all(Tenant tenant) {}

        @Test
        void test() {}
    }

    /** By URL, on an embedded server that ends with the run. */
    @TenantTest(EmbeddedDatabase.class)
    static class Embedded {

        @RepeatedTest(2)
        void test(Tenant tenant) throws SQLException {
            assertThat(rows(tenant.connection())).isZero();
            insert(tenant.connection());
        }
    }

    static final class UrlDatabase implements TenantDatabase {

        @Override
        public DataSource dataSource() {
            return TenantDatabase.dataSource(
                    SharedServer.database().jdbcUrl(),
                    SharedServer.database().user(),
                    SharedServer.database().password());
        }

        @Override
        public TenantMigrator migrator(DataSource dataSource) {
            return new AppDatabase().migrator(dataSource);
        }
    }

    @TenantTest(UrlDatabase.class)
    static class ByUrl extends VendorTest {}
}
