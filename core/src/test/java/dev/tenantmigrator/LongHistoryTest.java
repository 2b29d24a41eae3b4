package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.internal.backfill.Fingerprint;
import dev.tenantmigrator.report.TenantOutcome.Healthy;
import dev.tenantmigrator.report.TenantOutcome.RolledBack;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hundreds of migrations end in the same structure, whether at once, from any version in between, or back and forth. */
@PostgresTest
class LongHistoryTest {

    static final int SIZE = 300;

    private static final String USERS =
            "CREATE TABLE users (id int PRIMARY KEY); CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\"";

    private final TestDatabase database;

    LongHistoryTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeAll
    static void makeUsers(TestDatabase database) {
        database.execute(USERS);
    }

    @AfterEach
    void dropTenants() {
        TenantMigrator migrator = migrator(List.of());
        migrator.tenants().forEach(tenant -> migrator.dropTenant(tenant));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void allWaysEndTheSame(long seed) throws SQLException {
        List<Migration> all = GeneratedHistory.of(seed, SIZE);
        TestDatabase single = TestDatabase.create("original");
        try (OriginalProduct original =
                new OriginalProduct(single, single.rawDataSource(), USERS, List.of("users"), () -> all)) {
            allWaysEndTheSame(seed, all, original);
        }
    }

    private void allWaysEndTheSame(long seed, List<Migration> all, OriginalProduct original) throws SQLException {
        TenantMigrator migrator = migrator(all);
        String atOnce = create(migrator, "once" + seed);
        assertThat(original.differencesTo(database, atOnce)).isEmpty();
        List<String> whole = structure(atOnce);

        Random random = new Random(seed);
        for (int tries = 0; tries < 2; tries++) {
            int middle = 1 + random.nextInt(SIZE - 1);
            String grown = create(migrator(all.subList(0, middle)), "grown" + seed);
            migrator.deploy(Tenants.named(grown)).throwIfFailed();
            assertThat(Fingerprint.differences(whole, structure(grown)))
                    .as("from version %s on", middle)
                    .isEmpty();
        }

        int kept = SIZE - GeneratedHistory.EXACTLY_REVERSIBLE;
        String before = create(migrator(all.subList(0, kept)), "before" + seed);
        assertThat(migrator.rollback(
                                Tenants.named(atOnce),
                                all.get(kept).version(),
                                RollbackOptions.builder().laterVersions(true).build())
                        .throwIfFailed()
                        .of(RolledBack.class))
                .hasSize(1);
        assertThat(Fingerprint.differences(structure(before), structure(atOnce)))
                .as("after rollback")
                .isEmpty();
        migrator.deployAll().throwIfFailed();
        for (String tenant : migrator.tenants()) {
            assertThat(Fingerprint.differences(whole, structure(tenant)))
                    .as("deployed again: %s", tenant)
                    .isEmpty();
        }

        assertThat(migrator.verify().throwIfFailed().of(Healthy.class)).hasSize(4);
    }

    private TenantMigrator migrator(List<Migration> migrations) {
        return TenantMigrator.builder(database.dataSource())
                .migrations(() -> migrations)
                .sharedObjects("users")
                .build();
    }

    private static String create(TenantMigrator migrator, String user) {
        return migrator.createTenant(TenantName.forUser(user)).schema();
    }

    private List<String> structure(String tenant) throws SQLException {
        return OriginalProduct.structure(database, tenant).stream()
                .map(line -> line.replace('"' + tenant + '"', "t").replace(tenant, "t"))
                .sorted()
                .toList();
    }
}
