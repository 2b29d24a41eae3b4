package dev.tenantmigrator.internal.backfill;

/** Queries for the objects of a schema and their dependencies. Each query has one parameter, the schema's name. */
final class ObjectQueries {

    private static final String HOME = "WITH home AS (SELECT oid FROM pg_namespace WHERE nspname = ?)";

    /**
     * The objects with a creating statement of their own; not the sequence of an identity column, which its table creates. An
     * argument type of a function is named without the schema if it is in the function's schema.
     */
    private static final String NODES = HOME + """
            , node AS (
                SELECT CASE WHEN c.relkind = 'S' THEN 'SEQUENCE' WHEN c.relkind IN ('v', 'm') THEN 'VIEW' ELSE 'TABLE' END
                           AS kind,
                       c.relname::text AS name, 'pg_class'::regclass::oid AS classid, c.oid
                FROM home JOIN pg_class c ON c.relnamespace = home.oid
                WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
                  AND NOT EXISTS (SELECT FROM pg_depend d
                                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                                    AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i' AND c.relkind = 'S')
                UNION ALL
                SELECT 'TYPE', t.typname::text, 'pg_type'::regclass::oid, t.oid
                FROM home JOIN pg_type t ON t.typnamespace = home.oid
                WHERE t.typtype <> 'm'
                  AND NOT (t.typtype = 'b' AND t.typelem <> 0)
                  AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind <> 'c')
                UNION ALL
                SELECT 'FUNCTION',
                       p.proname || '(' || coalesce((
                           SELECT string_agg(CASE WHEN t.typnamespace = home.oid THEN t.typname::text
                                                  ELSE n.nspname || '.' || t.typname END, ', ' ORDER BY a.position)
                           FROM unnest(p.proargtypes) WITH ORDINALITY a(type, position)
                           JOIN pg_type t ON t.oid = a.type JOIN pg_namespace n ON n.oid = t.typnamespace), '') || ')',
                       'pg_proc'::regclass::oid, p.oid
                FROM home JOIN pg_proc p ON p.pronamespace = home.oid
            )""";

    /**
     * The object that each catalog row belongs to. A row is {@code late} when its table gets it after all tables exist, so that it
     * may need tables, or functions that use tables.
     */
    static final String PARTS = NODES + """
            , part(kind, name, late, classid, objid) AS (
                SELECT kind, name, false, classid, oid FROM node
                UNION ALL
                SELECT n.kind, n.name, false, 'pg_type'::regclass, derived.oid
                FROM node n JOIN pg_class c ON n.classid = 'pg_class'::regclass AND c.oid = n.oid
                JOIN pg_type t ON t.oid = c.reltype CROSS JOIN LATERAL (VALUES (t.oid), (t.typarray)) derived(oid)
                UNION ALL
                SELECT n.kind, n.name, false, derived.classid, derived.oid
                FROM node n JOIN pg_type t ON n.classid = 'pg_type'::regclass AND t.oid = n.oid
                LEFT JOIN pg_range r ON r.rngtypid = t.oid
                CROSS JOIN LATERAL (VALUES ('pg_class'::regclass, t.typrelid), ('pg_type'::regclass, t.typarray),
                                           ('pg_type'::regclass, r.rngmultitypid)) derived(classid, oid)
                WHERE derived.oid <> 0
                UNION ALL
                SELECT n.kind, n.name, false, 'pg_constraint'::regclass, k.oid
                FROM node n JOIN pg_constraint k ON n.classid = 'pg_type'::regclass AND k.contypid = n.oid
                UNION ALL
                SELECT n.kind, n.name, own.late, own.classid, own.oid
                FROM node n CROSS JOIN LATERAL (
                    SELECT a.attgenerated = '' AS late, 'pg_attrdef'::regclass AS classid, d.oid
                    FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
                    WHERE d.adrelid = n.oid
                    UNION ALL SELECT true, 'pg_constraint'::regclass, oid FROM pg_constraint WHERE conrelid = n.oid
                    UNION ALL SELECT true, 'pg_class'::regclass, indexrelid FROM pg_index WHERE indrelid = n.oid
                    UNION ALL SELECT true, 'pg_trigger'::regclass, oid FROM pg_trigger WHERE tgrelid = n.oid
                    UNION ALL SELECT true, 'pg_policy'::regclass, oid FROM pg_policy WHERE polrelid = n.oid
                    UNION ALL SELECT true, 'pg_rewrite'::regclass, oid FROM pg_rewrite WHERE ev_class = n.oid
                    UNION ALL SELECT true, 'pg_statistic_ext'::regclass, oid FROM pg_statistic_ext WHERE stxrelid = n.oid
                    UNION ALL SELECT true, 'pg_class'::regclass, d.objid
                    FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
                    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = n.oid
                      AND d.deptype = 'i'
                ) own
                WHERE n.kind = 'TABLE'
            )""";

    /** Sequences that belong to a column of their own table: serial columns. */
    private static final String OWNED_SEQUENCES = """
            SELECT s.oid, s.relname AS name, c.relname AS table_name
            FROM pg_class s
            JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
            JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
            WHERE s.relkind = 'S' AND s.relnamespace = (SELECT oid FROM home)
            """;

    /** The objects of a tenant. The name of a sequence without an owning column is not taken: a serial column takes it over. */
    static final String PRESENT = NODES + """
            SELECT kind, name FROM node
            UNION ALL
            SELECT 'RELATION_NAME', c.relname
            FROM home JOIN pg_class c ON c.relnamespace = home.oid
            WHERE c.relkind <> 'S' OR c.oid IN (SELECT oid FROM (%s) owned)
            UNION ALL
            SELECT 'FOREIGN_KEY', k.conname || ' on ' || c.relname
            FROM home JOIN pg_class c ON c.relnamespace = home.oid
            JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f'
            """.formatted(OWNED_SEQUENCES);

    /** Each table with the names that its creation needs: its own and those of its indexes and sequences. */
    static final String RELATION_NAMES = HOME + """
            SELECT 'TABLE', c.relname, 'RELATION_NAME', c.relname
            FROM home JOIN pg_class c ON c.relnamespace = home.oid WHERE c.relkind IN ('r', 'p')
            UNION ALL
            SELECT 'TABLE', c.relname, 'RELATION_NAME', i.relname
            FROM home JOIN pg_class c ON c.relnamespace = home.oid
            JOIN pg_index x ON x.indrelid = c.oid JOIN pg_class i ON i.oid = x.indexrelid WHERE c.relkind IN ('r', 'p')
            UNION ALL
            SELECT 'TABLE', table_name, 'RELATION_NAME', name FROM (%s) owned
            """.formatted(OWNED_SEQUENCES);

    /** Pairs of a partitioned table and one of its partitions. */
    static final String PARTITIONS = HOME + """
            SELECT 'TABLE', parent.relname, 'TABLE', c.relname
            FROM home JOIN pg_class c ON c.relnamespace = home.oid AND c.relispartition AND c.relkind <> 'i'
            JOIN pg_inherits h ON h.inhrelid = c.oid
            JOIN pg_class parent ON parent.oid = h.inhparent AND parent.relnamespace = home.oid
            WHERE c.relkind IN ('r', 'p', 'f')
            """;

    /** Pairs of an object and one that it needs, and whether it is needed only after all tables exist. */
    static final String DEPENDENCIES = PARTS + """
            SELECT DISTINCT f.kind, f.name, t.kind, t.name, f.late
            FROM pg_depend d
            JOIN part f ON f.classid = d.classid AND f.objid = d.objid
            JOIN part t ON t.classid = d.refclassid AND t.objid = d.refobjid
            WHERE d.deptype = 'n' AND (f.kind, f.name) <> (t.kind, t.name)
            UNION
            SELECT 'TABLE', table_name, n.kind, n.name, true
            FROM (%s) owned JOIN node n ON n.classid = 'pg_class'::regclass AND n.oid = owned.oid
            ORDER BY 1, 2, 3, 4
            """.formatted(OWNED_SEQUENCES);

    private ObjectQueries() {}
}
