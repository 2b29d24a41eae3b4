package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PgBouncer;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** Statements that cannot run in a transaction need a connection that keeps its server process. */
@PostgresTest
class DirectConnectionTest {

    private static final Migration TABLE = Migration.of("20240101_table", "CREATE TABLE item (id int)");
    private static final Migration MORE = Migration.of("20240102_more", "ALTER TABLE item ADD COLUMN code text");
    private static final Migration INDEX =
            Migration.of("20240103_index", "CREATE INDEX CONCURRENTLY item_code ON item (code)");

    private final TestDatabase database;

    DirectConnectionTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void create() {
        Samples.create(database, "a", TABLE);
    }

    @AfterEach
    void drop() {
        Samples.dropAll(database);
        database.assertNoLeaks();
    }

    private static TenantMigratorBuilder migrator(DataSource source, Migration... migrations) {
        return TenantMigrator.builder(source).migrations(MigrationSource.of(migrations));
    }

    private String indexes() {
        return database.value("SELECT count(*) FROM pg_indexes WHERE indexname = 'item_code'");
    }

    @Test
    void behindAPoolerASecondDataSourceIsNeeded(@TempDir Path directory) throws Exception {
        assumeTrue(PgBouncer.isInstalled(), "LEFT OUT: there is no program pgbouncer on this machine");
        try (PgBouncer pooler = PgBouncer.start(directory, database)) {
            assertThat(migrator(pooler.dataSource(), TABLE, MORE)
                            .build()
                            .deployAll()
                            .throwIfFailed()
                            .of(TenantOutcome.Migrated.class))
                    .hasSize(1);

            assertThatThrownBy(() -> migrator(pooler.dataSource(), TABLE, MORE, INDEX)
                            .build()
                            .deployAll())
                    .isInstanceOf(TenantMigratorException.class)
                    .hasMessageContaining("pooler")
                    .hasMessageContaining("nothing was changed")
                    .hasMessageContaining("--direct-url");
            assertThat(indexes()).isEqualTo("0");

            migrator(pooler.dataSource(), TABLE, MORE, INDEX)
                    .directDataSource(database.dataSource())
                    .build()
                    .deployAll()
                    .throwIfFailed();
            assertThat(indexes()).isEqualTo("1");
            // A creation is one transaction.
            migrator(pooler.dataSource(), TABLE, MORE, INDEX).build().createTenant(TenantName.forUser("b"));
            assertThat(indexes()).isEqualTo("2");
        }
    }

    @Test
    void aDirectDataSourceOfAnotherDatabaseIsRefused() throws Exception {
        try (TestDatabase other = TestDatabase.create("other")) {
            assertThatThrownBy(() -> migrator(database.dataSource(), TABLE, MORE, INDEX)
                            .directDataSource(other.dataSource())
                            .build()
                            .deployAll())
                    .isInstanceOf(TenantMigratorException.class)
                    .hasMessageContaining("leads to another database");
        }
        assertThat(indexes()).isEqualTo("0");
    }

    @Test
    void aPoolOfOneIsEnough() {
        try (HikariDataSource one = Samples.pool(database, 1);
                HikariDataSource direct = Samples.pool(database, 1)) {
            migrator(one, TABLE, MORE, INDEX)
                    .directDataSource(direct)
                    .parallelism(2)
                    .build()
                    .deployAll()
                    .throwIfFailed();
            Samples.create(database, "b", TABLE);
            migrator(one, TABLE, MORE, INDEX)
                    .directDataSource(one)
                    .build()
                    .deployAll()
                    .throwIfFailed();
        }
        assertThat(indexes()).isEqualTo("2");
    }

    @Test
    void theHostsDefaultsDoNotMatter() throws Exception {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(database.jdbcUrl());
        source.setUser(database.user());
        source.setPassword(database.password());
        source.setOptions("-c default_transaction_deferrable=on -c default_transaction_isolation=serializable");
        HikariConfig config = new HikariConfig();
        config.setDataSource(source);
        config.setMaximumPoolSize(1);
        config.setAutoCommit(false);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            migrator(pool, TABLE, MORE, INDEX).build().deployAll().throwIfFailed();
            try (Connection connection = pool.getConnection();
                    var rows = connection
                            .createStatement()
                            .executeQuery("SELECT current_setting('default_transaction_deferrable'),"
                                    + " current_setting('default_transaction_isolation'), current_setting('search_path'),"
                                    + " current_setting('lock_timeout')")) {
                rows.next();
                assertThat(rows.getString(1) + rows.getString(2) + rows.getString(3) + rows.getString(4))
                        .isEqualTo("onserializable\"$user\", public0");
            }
        }
        assertThat(indexes()).isEqualTo("1");
    }
}
