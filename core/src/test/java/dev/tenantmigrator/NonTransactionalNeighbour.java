package dev.tenantmigrator;

import dev.tenantmigrator.support.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** One tenant, a schema beside it, a table that no migration may write to, and a function that does. */
abstract class NonTransactionalNeighbour extends NonTransactionalTenant {

    static final String DECLARED = "-- tenant-migrator: no-transaction\n";

    /** All that a statement could change of the relations outside. */
    static final String OUTSIDE = """
            SELECT string_agg(concat_ws(' ', c.relname, c.relfilenode, c.relhastriggers,
                        -- How many rows PostgreSQL believes to be there, which VACUUM and ANALYZE write.
                        c.reltuples, (SELECT count(*) FROM pg_constraint k WHERE k.conrelid = c.oid),
                        (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid)), ', ' ORDER BY c.oid)
              FROM pg_class c WHERE c.relnamespace = 'elsewhere'::regnamespace""";

    NonTransactionalNeighbour(TestDatabase database) {
        super(database);
    }

    @BeforeEach
    void elsewhere() {
        inTenant("""
                CREATE SCHEMA elsewhere;
                CREATE TABLE public.audit (id serial, what int);
                ALTER TABLE item CLUSTER ON item_at;
                INSERT INTO item VALUES (1, 'A', '2024-01-01'), (2, 'B', '2024-01-02');
                CREATE FUNCTION evil(int) RETURNS int LANGUAGE sql AS
                    'INSERT INTO public.audit (what) VALUES ($1) RETURNING what';
                CREATE FUNCTION calm(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1';""");
    }

    @AfterEach
    void dropElsewhere() {
        database.execute("DROP SCHEMA elsewhere CASCADE; DROP TABLE public.audit CASCADE");
    }

    final void inTenant(String sql) {
        database.execute("SET search_path TO " + tenant + ", public; " + sql + "; RESET search_path");
    }

    final void partitionElsewhere() {
        inTenant("""
                CREATE TABLE log_2026 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY RANGE (at);
                CREATE TABLE elsewhere.log_2026_1 PARTITION OF log_2026 FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
                INSERT INTO log VALUES (1, '2026-01-15'), (2, '2026-01-01')""");
    }

    final String outside() {
        return database.value(OUTSIDE);
    }

    final String audited() {
        return database.value("SELECT count(*) FROM public.audit");
    }
}
