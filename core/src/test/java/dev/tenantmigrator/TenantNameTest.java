package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TenantNameTest {

    @ParameterizedTest
    @CsvSource({
        "john, john",
        "'Carol O''Neil', carol_o_neil",
        "JOHN.DOE@example.com, john_doe_example_com",
        "IŞIL, isil",
        "Žofia Müller, zofia_muller",
        "'x\"; DROP SCHEMA public; --', x_drop_schema_public",
        "7up, t_7up",
        "pg_admin, t_pg_admin",
        "PG, t_pg",
        "tenant_migrator_x, t_tenant_migrator_x",
        "Иван, user",
        "'  a  ', a",
        "__a__, a",
    })
    void userNamesAreCleaned(String user, String base) {
        assertThat(TenantName.forUser(user).candidate(new Random(1))).matches(base + "_[0-9]{8}");
    }

    @Test
    void longNamesAreCutTo63Bytes() {
        assertThat(TenantName.forUser("a".repeat(500)).candidate(new Random(1)))
                .hasSize(63)
                .matches("a+_[0-9]{8}");
    }

    @Test
    void digitsAreEightAlways() {
        Random small = new Random() {
            @Override
            public int nextInt(int bound) {
                return 7;
            }
        };
        assertThat(TenantName.forUser("a").candidate(small)).isEqualTo("a_00000007");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n"})
    void blankUserNamesAreRefused(String user) {
        assertThatThrownBy(() -> TenantName.forUser(user)).isInstanceOf(InvalidTenantNameException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Upper",
                "with space",
                "quo\"te",
                "quo'te",
                "1st",
                "pg_x",
                "public",
                "information_schema",
                "tenant_migrator_drop_1",
                "ünicode",
                "a-b",
                "a.b",
                "a\0b",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void exactNamesAreValidated(String name) {
        assertThatThrownBy(() -> TenantName.exactly(name)).isInstanceOf(InvalidTenantNameException.class);
    }

    @Test
    void exactNamesAreKept() {
        String longest = "a".repeat(63);
        assertThat(TenantName.exactly(longest).candidate(new Random())).isEqualTo(longest);
        assertThat(TenantName.exactly("john_12345678").isRandom()).isFalse();
    }
}
