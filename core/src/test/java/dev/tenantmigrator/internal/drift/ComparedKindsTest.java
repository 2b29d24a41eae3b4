package dev.tenantmigrator.internal.drift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.internal.containment.Catalogs;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The comparison reads every catalog in which containment finds objects of a tenant, or a reason stands here. */
class ComparedKindsTest {

    private static final Map<Catalogs, String> NOT_READ = Map.of(
            Catalogs.PG_PARTITIONED_TABLE, "pg_get_partkeydef reads it",
            Catalogs.PG_SHDEPEND, "dependencies on roles and tablespaces follow from what is compared",
            Catalogs.PG_STATISTIC, "statistics of contents",
            Catalogs.PG_STATISTIC_EXT_DATA, "statistics of contents",
            Catalogs.PG_INIT_PRIVS, "privileges of members of extensions");

    @Test
    void everyCatalogOfATenantsObjectsIsRead() {
        String query = StructureQuery.rows(true);

        List<Catalogs> absent = Arrays.stream(Catalogs.values())
                .filter(catalog -> catalog.owner() != Catalogs.Owner.NOBODY)
                .filter(catalog -> !query.matches("(?s).*\\b" + catalog.sqlName() + "\\b.*"))
                .toList();

        assertThat(absent).containsExactlyInAnyOrderElementsOf(NOT_READ.keySet());
    }

    @Test
    void kindsAndAttributesHaveNamesOfTheirOwn() {
        assertThat(StructureQuery.KINDS).extracting(ObjectKind::name).doesNotHaveDuplicates();
        StructureQuery.KINDS.forEach(kind ->
                assertThat(kind.attributes()).as(kind.name()).isNotEmpty().doesNotHaveDuplicates());
        assertThat(StructureQuery.KINDS.stream()
                        .map(ObjectKind::attributes)
                        .flatMap(List::stream)
                        .collect(Collectors.toSet()))
                .contains(ObjectKind.COMMENT, ObjectKind.PRIVILEGES);
    }
}
