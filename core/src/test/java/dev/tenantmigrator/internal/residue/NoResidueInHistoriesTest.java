package dev.tenantmigrator.internal.residue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole histories that never name their schema: only their functions, adapted from {@code public}, hold its name. */
@PostgresTest
class NoResidueInHistoriesTest {

    private final TestDatabase database;

    NoResidueInHistoriesTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeAll
    static void createSharedTable(TestDatabase database) {
        database.execute("CREATE TABLE public.users (id int PRIMARY KEY, email text)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"migrations-sample", "prisma-shop", "pg-dump-data"})
    void onlyFunctionsHoldTheName(String history) throws SQLException {
        MigrationSource source = history.equals("migrations-sample")
                ? MigrationSource.directory(Path.of(history))
                : MigrationSource.classpath("histories/" + history);
        String schema;
        try (TenantMigrator migrator = TenantMigrator.builder(database.dataSource())
                .migrations(source)
                .sharedObjects("users")
                .build()) {
            schema = migrator.createTenant(TenantName.forUser("ada")).schema();
        }

        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            assertThat(NameResidue.inDefinitions(connection, schema))
                    .allMatch(NameResidue.Place::adaptable)
                    .hasSize(history.equals("prisma-shop") ? 3 : 0);
            assertThat(NameResidue.inData(connection, schema)).isEmpty();
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }
}
