package dev.tenantmigrator.internal.backfill;

import java.util.List;

/**
 * One query per kind of object for the statements that create the objects. Its columns are kind, name, statement, and instead of
 * the statement the reason why there is none. {@link FinishingStep} has the statements that can wait until the tables exist.
 */
final class DefinitionQueries {

    /** The options that {@code CREATE SEQUENCE}, {@code ALTER SEQUENCE} and identity columns share, of a pg_sequence q. */
    static final String SEQUENCE_OPTIONS = """
            format('INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s %s', q.seqincrement, q.seqmin,
                   q.seqmax, q.seqstart, q.seqcache, CASE WHEN q.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END)""";

    /**
     * Partitions are created as separate tables and attached later, so that their columns keep their order and their indexes and
     * constraints their names. Only an identity comes from the partitioned table. NOT NULL is included, because identity columns
     * imply it; from PostgreSQL 18 on it is a constraint with a name.
     */
    private static final String TABLES = ObjectQueries.PARTS + """
            , table_column AS (
                SELECT a.attrelid, a.attnum,
                       concat(format('%%I %%s', a.attname, format_type(a.atttypid, a.atttypmod)),
                              CASE WHEN a.attcollation NOT IN (0, type.typcollation)
                                   THEN ' COLLATE ' || a.attcollation::regcollation END,
                              CASE WHEN a.attgenerated <> ''
                                   THEN format(' GENERATED ALWAYS AS (%%s) %%s', pg_get_expr(d.adbin, d.adrelid),
                                               CASE a.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END) END,
                              CASE WHEN k.convalidated
                                   THEN format(' CONSTRAINT %%I NOT NULL', k.conname)
                                        || CASE WHEN k.connoinherit THEN ' NO INHERIT' ELSE '' END
                                   WHEN k.oid IS NULL AND a.attnotnull THEN ' NOT NULL' END,
                              CASE WHEN a.attidentity <> '' AND NOT c.relispartition
                                   THEN format(' GENERATED %%s AS IDENTITY (SEQUENCE NAME %%s %%s)',
                                               CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END,
                                               q.seqrelid::regclass, %s) END) AS definition
                FROM node n JOIN pg_class c ON n.kind = 'TABLE' AND c.oid = n.oid
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                JOIN pg_type type ON type.oid = a.atttypid
                LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
                LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum]
                LEFT JOIN pg_depend own ON a.attidentity <> '' AND own.classid = 'pg_class'::regclass
                    AND own.refclassid = 'pg_class'::regclass AND own.refobjid = c.oid AND own.refobjsubid = a.attnum
                    AND own.deptype = 'i'
                LEFT JOIN pg_sequence q ON q.seqrelid = own.objid
            )
            SELECT n.kind, n.name,
                   concat('CREATE ', CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' END, 'TABLE ', c.oid::regclass, ' (',
                          (SELECT string_agg(definition, ', ' ORDER BY attnum) FROM table_column
                           WHERE attrelid = c.oid), ')',
                          CASE c.relkind WHEN 'p' THEN ' PARTITION BY ' || pg_get_partkeydef(c.oid) END,
                          CASE WHEN m.amname <> 'heap' THEN format(' USING %%I', m.amname) END,
                          (SELECT format(' WITH (%%s)', string_agg(format('%%s%%s=%%L', prefix, option_name, option_value),
                                                                ', ' ORDER BY prefix, position))
                           FROM (VALUES ('', c.reloptions), ('toast.', toast.reloptions)) set_on(prefix, options),
                                pg_options_to_table(options) WITH ORDINALITY o(option_name, option_value, position)
                           HAVING count(*) > 0)),
                   CASE WHEN c.relkind = 'f' THEN 'it is a foreign table'
                        WHEN c.reloftype <> 0 THEN 'it is a table of a composite type (CREATE TABLE … OF)'
                        WHEN EXISTS (SELECT FROM pg_inherits h JOIN pg_class child ON child.oid = h.inhrelid
                                     WHERE c.oid IN (h.inhrelid, h.inhparent) AND NOT child.relispartition)
                            THEN 'it takes part in table inheritance (INHERITS)'
                        WHEN EXISTS (SELECT FROM pg_inherits h JOIN pg_class parent ON parent.oid = h.inhparent
                                     WHERE h.inhrelid = c.oid AND parent.relnamespace <> c.relnamespace)
                            THEN 'it is a partition of a table of another schema'
                   END
            FROM node n JOIN pg_class c ON n.kind = 'TABLE' AND c.oid = n.oid
            LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
            LEFT JOIN pg_am m ON m.oid = c.relam
            """.formatted(SEQUENCE_OPTIONS);

    private static final String SEQUENCES = ObjectQueries.PARTS + """
            SELECT n.kind, n.name,
                   concat('CREATE ', CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' END, 'SEQUENCE ', c.oid::regclass,
                          ' AS ', format_type(q.seqtypid, NULL), ' ', %s),
                   NULL
            FROM node n JOIN pg_class c ON n.kind = 'SEQUENCE' AND c.oid = n.oid
            JOIN pg_sequence q ON q.seqrelid = c.oid
            """.formatted(SEQUENCE_OPTIONS);

    private static final String TYPES = ObjectQueries.PARTS + """
            SELECT n.kind, n.name,
                   format(CASE t.typtype
                              WHEN 'e' THEN 'CREATE TYPE %1$s AS ENUM (%2$s)'
                              WHEN 'c' THEN 'CREATE TYPE %1$s AS (%3$s)'
                              ELSE 'CREATE DOMAIN %1$s AS %4$s' END,
                          format_type(t.oid, NULL),
                          (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum
                           WHERE enumtypid = t.oid),
                          (SELECT string_agg(concat(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)),
                                                    CASE WHEN a.attcollation NOT IN (0, type.typcollation)
                                                         THEN ' COLLATE ' || a.attcollation::regcollation END),
                                             ', ' ORDER BY a.attnum)
                           FROM pg_attribute a JOIN pg_type type ON type.oid = a.atttypid
                           WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
                          concat(format_type(t.typbasetype, t.typtypmod),
                                 CASE WHEN t.typcollation NOT IN (0, base.typcollation)
                                      THEN ' COLLATE ' || t.typcollation::regcollation END,
                                 ' DEFAULT ' || pg_get_expr(t.typdefaultbin, 0),
                                 CASE WHEN t.typnotnull AND NOT EXISTS (
                                     SELECT FROM pg_constraint WHERE contypid = t.oid AND contype = 'n')
                                     THEN ' NOT NULL' END,
                                 (SELECT string_agg(format(' CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)), ''
                                                    ORDER BY conname)
                                  FROM pg_constraint WHERE contypid = t.oid))),
                   CASE WHEN EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_type'::regclass AND objid = t.oid
                                     AND deptype = 'e') THEN 'it belongs to an extension'
                        WHEN t.typtype NOT IN ('e', 'c', 'd') THEN 'only enums, domains and composite types are'
                        WHEN EXISTS (SELECT FROM pg_constraint WHERE contypid = t.oid AND NOT convalidated)
                            THEN 'it has a constraint that is NOT VALID'
                   END
            FROM node n JOIN pg_type t ON n.kind = 'TYPE' AND t.oid = n.oid
            LEFT JOIN pg_type base ON base.oid = t.typbasetype
            """;

    /** CREATE without OR REPLACE, because an existing function must never be replaced. */
    private static final String FUNCTIONS = ObjectQueries.PARTS + """
            SELECT n.kind, n.name,
                   CASE WHEN p.prokind <> 'a'
                        THEN regexp_replace(pg_get_functiondef(p.oid), '^CREATE OR REPLACE ', 'CREATE ') END,
                   CASE WHEN p.prokind = 'a' THEN 'it is an aggregate'
                        WHEN EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid
                                     AND deptype = 'e') THEN 'it belongs to an extension'
                   END
            FROM node n JOIN pg_proc p ON n.kind = 'FUNCTION' AND p.oid = n.oid
            """;

    private static final String VIEWS = ObjectQueries.PARTS + """
            SELECT n.kind, n.name, NULL, 'views are not recreated' FROM node n WHERE n.kind = 'VIEW'
            """;

    static final List<String> ALL = List.of(TABLES, SEQUENCES, TYPES, FUNCTIONS, VIEWS);

    private DefinitionQueries() {}
}
