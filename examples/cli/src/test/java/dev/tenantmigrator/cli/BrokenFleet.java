package dev.tenantmigrator.cli;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** Makes a fleet of 300 tenants that wait for a deploy, twelve of them damaged in eight ways. */
final class BrokenFleet {

    static final int SIZE = 300;

    static final String EXTRA = "20250101_add_extra";
    static final String INDEX = "20250102_index_extra";
    static final String COLUMN = "20250201_add_reminder_colour";

    private final TestDatabase database;
    private final Cli cli;
    private final List<String> schemas = new ArrayList<>();
    private final Map<String, String> damages = new LinkedHashMap<>();
    private int next;

    private BrokenFleet(TestDatabase database, Cli cli) {
        this.database = database;
        this.cli = cli;
    }

    static BrokenFleet in(TestDatabase database, Cli cli) throws SQLException {
        BrokenFleet fleet = new BrokenFleet(database, cli);
        cli.withSample()
                .withMigration(
                        EXTRA,
                        "CREATE TABLE \"public\".\"extra\" (\"id\" INTEGER NOT NULL, \"code\" TEXT);",
                        "DROP TABLE \"public\".\"extra\";");
        fleet.create();
        cli.withMigration(
                        INDEX,
                        "CREATE INDEX CONCURRENTLY \"extra_code_idx\" ON \"public\".\"extra\" (\"code\");",
                        "DROP INDEX CONCURRENTLY \"public\".\"extra_code_idx\";")
                .withMigration(
                        COLUMN,
                        "ALTER TABLE \"public\".\"reminders\" ADD COLUMN \"colour\" TEXT;",
                        "ALTER TABLE \"public\".\"reminders\" DROP COLUMN \"colour\";");
        fleet.damage();
        return fleet;
    }

    /** The kind of finding of each damaged tenant. */
    Map<String, String> damages() {
        return damages;
    }

    /** Names of tenants that only wait for a deploy. */
    List<String> pending() {
        return schemas.stream().filter(schema -> !damages.containsKey(schema)).toList();
    }

    private void create() {
        cli.run("prepare");
        database.execute("CREATE TABLE public.users (id UUID PRIMARY KEY)");
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(database.jdbcUrl());
        pool.setUsername(database.user());
        pool.setPassword(database.password());
        pool.setMaximumPoolSize(2);
        // One connection for all: a new one would read the catalogs again for each tenant.
        try (HikariDataSource connections = new HikariDataSource(pool)) {
            create(connections);
        }
    }

    private void create(DataSource connections) {
        TenantMigrator migrator = TenantMigrator.builder(connections)
                .migrations(MigrationSource.directory(cli.directory().resolve("migrations")))
                .sharedObjects("users")
                .build();
        for (int i = 0; i < SIZE; i++) {
            schemas.add(
                    migrator.createTenant(TenantName.forUser("customer" + i)).schema());
        }
    }

    private void damage() throws SQLException {
        for (int i = 0; i < 3; i++) {
            String schema = next("missing-table");
            database.execute("DROP TABLE " + schema + ".reminders");
        }
        // The last one has two damages, of which one is in the way of the other's remedy.
        editChecksum(lastDamaged());
        editChecksum(next("checksum-mismatch"));
        editChecksum(next("checksum-mismatch"));
        for (int i = 0; i < 2; i++) {
            String schema = next("file-missing");
            database.execute("INSERT INTO " + schema + ".schema_migrations (version) VALUES ('20241219_gone')");
        }
        String stopped = next("unfinished");
        database.execute(
                "INSERT INTO " + stopped + ".schema_migrations (version, applied_at, checksum) VALUES (?, NULL, ?)",
                INDEX,
                MigrationSource.directory(cli.directory().resolve("migrations")).read().stream()
                        .filter(migration -> migration.version().equals(INDEX))
                        .findFirst()
                        .orElseThrow()
                        .up()
                        .checksum());
        database.execute(
                "UPDATE " + next("unfinished") + ".schema_migrations SET applied_at = NULL WHERE version = ?", EXTRA);
        String late = next("gap");
        database.execute("DROP TABLE " + late + ".user_preferences");
        database.execute("DELETE FROM " + late + ".schema_migrations WHERE version = ?", Cli.ADD_PREFERENCES);
        String invalid = next("invalid-index");
        database.execute("CREATE UNIQUE INDEX extra_id_key ON " + invalid + ".extra (id)");
        try (Connection superuser = database.superuserDataSource().getConnection();
                Statement statement = superuser.createStatement()) {
            statement.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = '" + invalid
                    + ".extra_id_key'::regclass");
        }
        String dropped = next("unfinished-drop");
        database.execute("ALTER SCHEMA " + dropped + " RENAME TO tenant_migrator_drop_1");
        database.execute("COMMENT ON SCHEMA tenant_migrator_drop_1 IS 'tenant-migrator drops " + dropped + "'");
    }

    private void editChecksum(String schema) {
        database.execute(
                "UPDATE " + schema + ".schema_migrations SET checksum = ? WHERE version = ?",
                "0".repeat(64),
                Cli.ADD_PREFERENCES);
    }

    private String lastDamaged() {
        return List.copyOf(damages.keySet()).get(damages.size() - 1);
    }

    /** Tenants all over the fleet, as they come by name. */
    private String next(String kind) {
        String schema = schemas.get(280 - next * 23);
        next++;
        damages.put(schema, kind);
        return schema;
    }
}
