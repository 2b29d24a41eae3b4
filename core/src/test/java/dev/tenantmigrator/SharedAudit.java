package dev.tenantmigrator;

import dev.tenantmigrator.support.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tenants beside a table and a type of the shared schema. */
abstract class SharedAudit {

    final TestDatabase database;

    SharedAudit(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void shared() {
        database.execute("CREATE TABLE public.audit (id serial PRIMARY KEY, what text);"
                + " CREATE TYPE public.mood AS ENUM ('a')");
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
        database.execute(
                "DROP TABLE public.audit; DROP TYPE public.mood; SELECT lo_unlink(oid) FROM pg_largeobject_metadata");
    }
}
