package dev.tenantmigrator.internal.sql.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExtensionRequestTest {

    @Test
    void listsTheExtensionsInOrder() {
        String sql = """
                CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;
                create extension CITEXT cascade; CREATE EXTENSION x WITH SCHEMA "Other" VERSION '1.1' CASCADE;
                -- CREATE EXTENSION a;
                SELECT 'CREATE EXTENSION b'; CREATE EXTENSION
                """;

        assertThat(ExtensionRequest.in(script(sql)))
                .containsExactly(
                        new ExtensionRequest("uuid-ossp", Optional.of("public"), Optional.empty()),
                        ExtensionRequest.of("citext"),
                        new ExtensionRequest("x", Optional.of("Other"), Optional.of("1.1")));
    }

    @Test
    void refusesWhatItCannotRead() {
        assertThatThrownBy(() -> ExtensionRequest.in(script("'"))).isInstanceOf(InvalidMigrationException.class);
    }

    private static MigrationScript script(String sql) {
        return MigrationScript.of("m.sql", sql);
    }
}
