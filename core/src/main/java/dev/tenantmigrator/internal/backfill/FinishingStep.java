package dev.tenantmigrator.internal.backfill;

/**
 * The steps after all objects are created, in the order in which they run. Each step has a query with one parameter, the schema's
 * name. Its columns are the object's kind, its name, and a statement.
 */
enum FinishingStep {
    /**
     * Repeats the options, for a sequence that was left behind under the name; such a sequence keeps its position. Before the defaults,
     * because Citus alters no sequence that is the default of a distributed table.
     */
    SEQUENCE_OWNERS("""
            SELECT 'TABLE', t.relname, concat('ALTER SEQUENCE ', q.seqrelid::regclass, ' AS ',
                   format_type(q.seqtypid, NULL), ' ', %s, format(' OWNED BY %%s.%%I', t.id, a.attname))
            FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid
            JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid AND d.refobjsubid = a.attnum
                AND d.classid = 'pg_class'::regclass AND d.deptype = 'a'
            JOIN pg_sequence q ON q.seqrelid = d.objid
            """.formatted(DefinitionQueries.SEQUENCE_OPTIONS)),

    /** One statement for each, because Citus accepts no other change beside a default of {@code nextval}. */
    COLUMN_DEFAULTS("""
            SELECT 'TABLE', t.relname, format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', t.id, a.attname,
                                              pg_get_expr(d.adbin, d.adrelid))
            FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attgenerated = ''
            JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            ORDER BY t.relname, a.attnum
            """),

    /** Options that begin with {@code pg_} are the server's own notes, which no statement may set. */
    COLUMN_SETTINGS("""
            SELECT 'TABLE', t.relname, format('ALTER TABLE ONLY %s %s', t.id, string_agg(
                       format('ALTER COLUMN %I SET %s', a.attname, setting.text), ', ' ORDER BY a.attnum, setting.text))
            FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
            JOIN pg_type type ON type.oid = a.atttypid
            CROSS JOIN LATERAL (VALUES
                (CASE WHEN a.attstorage <> type.typstorage
                      THEN 'STORAGE ' || CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
                                                           WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END),
                (CASE a.attcompression WHEN 'p' THEN 'COMPRESSION pglz' WHEN 'l' THEN 'COMPRESSION lz4' END),
                (CASE WHEN a.attstattarget >= 0 THEN 'STATISTICS ' || a.attstattarget END),
                ('(' || (SELECT string_agg(o, ', ' ORDER BY n) FROM unnest(a.attoptions) WITH ORDINALITY options(o, n)
                          WHERE NOT starts_with(o, 'pg_')) || ')')) setting(text)
            WHERE setting.text IS NOT NULL
            GROUP BY t.relname, t.id
            """),

    /** Includes NOT NULL constraints that are NOT VALID, which PostgreSQL 18 allows. */
    CHECKS(constraints("k.contype = 'c' OR k.contype = 'n' AND NOT k.convalidated")),

    KEYS(constraints("k.contype IN ('p', 'u', 'x')")),

    INDEXES("""
            SELECT 'TABLE', t.relname, pg_get_indexdef(i.indexrelid)
            FROM tables t JOIN pg_index i ON i.indrelid = t.oid
            WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
            ORDER BY i.indexrelid::regclass::text
            """),

    /** Settings that are missing in the definitions of indexes. */
    INDEX_SETTINGS("""
            SELECT 'TABLE', t.relname, format(setting.template, i.indexrelid::regclass, t.id, c.relname, setting.value)
            FROM tables t JOIN pg_index i ON i.indrelid = t.oid JOIN pg_class c ON c.oid = i.indexrelid
            CROSS JOIN LATERAL (
                SELECT 'ALTER INDEX %1$s SET (%4$s)',
                       (SELECT string_agg(format('%s=%L', option_name, option_value), ', ')
                        FROM pg_options_to_table(c.reloptions))
                WHERE EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x'))
                  AND c.reloptions IS NOT NULL
                UNION ALL
                SELECT 'ALTER INDEX %1$s ' || string_agg(format('ALTER COLUMN %s SET STATISTICS %s', attnum,
                                                                attstattarget), ', ' ORDER BY attnum), ''
                FROM pg_attribute WHERE attrelid = c.oid AND attstattarget >= 0 HAVING count(*) > 0
                UNION ALL SELECT 'ALTER TABLE %2$s CLUSTER ON %3$I', '' WHERE i.indisclustered
                UNION ALL SELECT 'ALTER TABLE ONLY %2$s REPLICA IDENTITY USING INDEX %3$I', ''
                          WHERE i.indisreplident AND t.relreplident = 'i'
            ) setting(template, value)
            UNION ALL
            SELECT 'TABLE', relname, format('ALTER TABLE ONLY %s REPLICA IDENTITY %s', id,
                                            CASE relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END)
            FROM tables WHERE relreplident IN ('f', 'n')
            """),

    /** Before partitions are attached, because the partitioned table's key takes over the key of the partition. */
    PARTITION_FOREIGN_KEYS(foreignKeys("t.relispartition")),

    /**
     * Attaches partitions that have their indexes and constraints already: the partitioned table takes those over instead of
     * creating new ones. From the top down, because an identity passes only to the partition that is attached.
     */
    PARTITIONS("""
            SELECT 'TABLE', t.relname, format('ALTER TABLE ONLY %s ATTACH PARTITION %s %s', h.inhparent::regclass, t.id,
                                              pg_get_expr(t.relpartbound, t.oid))
            FROM tables t JOIN pg_inherits h ON h.inhrelid = t.oid
            WHERE t.relispartition
            ORDER BY (SELECT count(*) FROM pg_partition_ancestors(t.oid)), t.relname
            """),

    /** After partitions are attached, because a key can refer to a partitioned table. */
    FOREIGN_KEYS(foreignKeys("NOT t.relispartition")),

    STATISTICS("""
            SELECT 'TABLE', t.relname, statement.text
            FROM tables t JOIN pg_statistic_ext s ON s.stxrelid = t.oid
            JOIN pg_namespace n ON n.oid = s.stxnamespace
            CROSS JOIN LATERAL (VALUES
                (1, pg_get_statisticsobjdef(s.oid)),
                (2, format('ALTER STATISTICS %I.%I SET STATISTICS %s', n.nspname, s.stxname, s.stxstattarget))
            ) statement(position, text)
            WHERE statement.position = 1 OR s.stxstattarget >= 0
            ORDER BY t.relname, s.stxname, statement.position
            """),

    RULES("""
            SELECT 'TABLE', t.relname, statement.text
            FROM tables t JOIN pg_rewrite r ON r.ev_class = t.oid
            CROSS JOIN LATERAL (VALUES
                (1, rtrim(pg_get_ruledef(r.oid), ';')),
                (2, format('ALTER TABLE %s %s RULE %I', t.id, CASE r.ev_enabled WHEN 'D' THEN 'DISABLE'
                           WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, r.rulename))
            ) statement(position, text)
            WHERE statement.position = 1 OR r.ev_enabled <> 'O'
            ORDER BY t.relname, r.rulename, statement.position
            """),

    /** Without a partition's copy of a trigger, which PostgreSQL creates with the partitioned table's trigger. */
    TRIGGERS("""
            SELECT 'TABLE', t.relname, pg_get_triggerdef(g.oid)
            FROM tables t JOIN pg_trigger g ON g.tgrelid = t.oid
            WHERE NOT g.tgisinternal AND g.tgparentid = 0
            ORDER BY t.relname, g.tgname
            """),

    TRIGGER_STATES("""
            SELECT 'TABLE', t.relname, format('ALTER TABLE ONLY %s %s TRIGGER %I', t.id, CASE g.tgenabled
                       WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, g.tgname)
            FROM tables t JOIN pg_trigger g ON g.tgrelid = t.oid
            WHERE NOT g.tgisinternal AND g.tgenabled <> 'O'
            ORDER BY t.relname, g.tgname
            """),

    ROW_SECURITY("""
            SELECT 'TABLE', relname, format('ALTER TABLE ONLY %s %s ROW LEVEL SECURITY', id, mode)
            FROM tables CROSS JOIN LATERAL (VALUES ('ENABLE', relrowsecurity), ('FORCE', relforcerowsecurity)) m(mode, on_)
            WHERE on_
            """),

    POLICIES("""
            SELECT 'TABLE', t.relname,
                   concat(format('CREATE POLICY %I ON %s AS %s FOR %s TO %s', p.polname, t.id,
                                 CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
                                 CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                                               WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
                                 (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE role::regrole::text END, ', ')
                                  FROM unnest(p.polroles) role)),
                          ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
                          ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
            FROM tables t JOIN pg_policy p ON p.polrelid = t.oid
            ORDER BY t.relname, p.polname
            """),

    GRANTS(AccessQueries.GRANTS),

    COLUMN_GRANTS(AccessQueries.COLUMN_GRANTS),

    COMMENTS(AccessQueries.COMMENTS);

    private final String query;

    FinishingStep(String query) {
        this.query = query;
    }

    String sql() {
        return ObjectQueries.PARTS + """
                , tables AS (SELECT c.*, c.oid::regclass AS id
                             FROM home JOIN pg_class c ON c.relnamespace = home.oid AND c.relkind IN ('r', 'p'))
                """ + query;
    }

    private static String constraints(String which) {
        return """
            SELECT 'TABLE', t.relname, format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', t.id, k.conname,
                                              pg_get_constraintdef(k.oid))
            FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid
            WHERE %s
            ORDER BY t.relname, k.conname
            """.formatted(which);
    }

    /**
     * Foreign keys, without those that PostgreSQL adds for each partition of the referenced table. Three more columns: the
     * constraint, the referenced table, and whether that table is in the schema and the constraint is not inherited from a
     * partitioned table.
     */
    private static String foreignKeys(String which) {
        return """
            SELECT 'TABLE', t.relname,
                   format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', t.id, k.conname, pg_get_constraintdef(k.oid)),
                   k.conname, referenced.relname, k.conparentid = 0 AND referenced.relnamespace = t.relnamespace
            FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
            JOIN pg_class referenced ON referenced.oid = k.confrelid
            LEFT JOIN pg_constraint parent ON parent.oid = k.conparentid
            WHERE %s AND (parent.oid IS NULL OR parent.conrelid <> k.conrelid AND parent.confrelid = k.confrelid)
            ORDER BY t.relname, k.conname
            """.formatted(which);
    }
}
