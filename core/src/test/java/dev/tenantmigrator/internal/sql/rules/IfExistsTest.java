package dev.tenantmigrator.internal.sql.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.tenantmigrator.MigrationScript;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IfExistsTest {

    private static Set<String> names(String sql) {
        return IfExists.mayName(MigrationScript.of("m.sql", sql));
    }

    @Test
    void findsNamesWhereverCodeStands() {
        assertThat(names("DROP TABLE IF EXISTS a.t, \"B\"\"b\" . t; DROP SCHEMA IF EXISTS C, \"D.d\" CASCADE"))
                .containsExactly("a", "B\"b", "c", "D.d");
        assertThat(names("DO $$ BEGIN EXECUTE 'DROP TABLE IF EXISTS a.\"it''s\"'; END $$"))
                .containsExactly("a");
        assertThat(names("DO 'BEGIN DROP TABLE IF EXISTS a.t; END'")).containsExactly("a");
    }

    @Test
    void asksForNothingThatNoDatabaseCanHold() {
        assertThat(names("DROP TABLE IF EXISTS U&\"\\0000\".t, U&\"\\D800\".t, U&\"\\00e9\".t"))
                .containsExactly("é");
    }

    @Test
    void asksNothingWithoutTheClause() {
        assertThat(names("SELECT a.b FROM c.d; CREATE TABLE IF NOT EXISTS e.f ()"))
                .isEmpty();
    }

    @Test
    void dataOfCopyIsNoCode() {
        assertThat(names("DROP TABLE IF EXISTS a.t;\nCOPY t FROM stdin;\nit's b.c\n\\.\nDROP TABLE IF EXISTS d.t"))
                .containsExactly("a", "d");
        assertThat(names("DROP TABLE IF EXISTS a.t; SELECT 'never ends")).containsExactly("a");
    }

    /** Data in a script can be long: letters without an end, quotes without a partner. */
    @Test
    void readsLongDataInLinearTime() {
        String letters = "x".repeat(1_000_000);
        String quotes = "\"\"".repeat(500_000);
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            assertThat(names("DROP TABLE IF EXISTS a.t; SELECT '" + letters + "', " + letters))
                    .containsExactly("a");
            assertThat(names("DROP TABLE IF EXISTS a.t; SELECT 'if exists \"" + quotes + "'"))
                    .containsExactly("a");
            assertThat(names("DROP TABLE IF EXISTS a.t; SELECT \"" + quotes + "\""))
                    .containsExactly("a");
        });
    }
}
