package dev.tenantmigrator.internal.containment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

@PostgresTest
class CatalogsTest {

    private final TestDatabase database;

    CatalogsTest(TestDatabase database) {
        this.database = database;
    }

    /** A catalog of a new version would appear here, and must be classified. */
    @Test
    void areAllThatTheServerHas() {
        assertThat(Arrays.stream(Catalogs.values()).map(catalog -> catalog.sqlName() + " " + catalog.oid()))
                .containsExactlyInAnyOrderElementsOf(
                        database.values("SELECT relname || ' ' || oid::text FROM pg_catalog.pg_class"
                                + " WHERE relnamespace = 11 AND relkind = 'r'"));
    }
}
