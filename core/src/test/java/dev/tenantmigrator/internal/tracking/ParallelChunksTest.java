package dev.tenantmigrator.internal.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.config.Configs;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Questions on a pool of one connection, which gives the same server process again unless that is closed for good. */
@PostgresTest
class ParallelChunksTest {

    private final TestDatabase database;

    ParallelChunksTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void aConnectionIsClosedForGoodAfterSomeQuestions() throws SQLException {
        List<String> processes = processes(2);

        assertThat(processes).hasSize(5);
        assertThat(processes.get(0)).isEqualTo(processes.get(1)).isNotEqualTo(processes.get(2));
        assertThat(processes.get(2)).isEqualTo(processes.get(3)).isNotEqualTo(processes.get(4));
    }

    @Test
    void otherwiseOneConnectionAnswersAll() throws SQLException {
        assertThat(new HashSet<>(processes(Integer.MAX_VALUE))).hasSize(1);
    }

    private List<String> processes(int questionsPerConnection) throws SQLException {
        List<String> processes = new ArrayList<>();
        ParallelChunks.Question question = connection ->
                processes.add(Jdbc.queryOne(connection, "SELECT pg_catalog.pg_backend_pid()", row -> row.getString(1)));
        HikariConfig pool = new HikariConfig();
        pool.setDataSource(database.rawDataSource());
        pool.setMaximumPoolSize(1);
        try (HikariDataSource one = new HikariDataSource(pool)) {
            Config config = Configs.of(one, MigrationSource.of(), 1);
            ParallelChunks.ask(config, Collections.nCopies(5, question), questionsPerConnection);
        }
        return processes;
    }
}
