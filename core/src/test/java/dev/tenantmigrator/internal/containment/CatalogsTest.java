package dev.tenantmigrator.internal.containment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@PostgresTest
class CatalogsTest {

    private final TestDatabase database;

    CatalogsTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void haveTheirNumbersInEveryVersion() {
        Stream.of(
                        Catalogs.IN_SCHEMAS.keySet().stream(),
                        Catalogs.OUTSIDE_SCHEMAS.keySet().stream(),
                        Stream.of("pg_class", "pg_depend"))
                .flatMap(names -> names)
                .forEach(name -> assertThat(database.value("SELECT 'pg_catalog." + name + "'::regclass::oid"))
                        .as(name)
                        .isEqualTo(String.valueOf(Catalogs.number(name))));
    }
}
