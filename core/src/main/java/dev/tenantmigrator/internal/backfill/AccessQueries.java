package dev.tenantmigrator.internal.backfill;

/** The queries of {@link FinishingStep} for privileges and comments, which objects of every kind have. */
final class AccessQueries {

    /**
     * The privileges granted beyond, and revoked from, those of a new object: PostgreSQL's own defaults, or the owner's default
     * privileges. Default privileges of the schema alone are left out: they belong to the operator and stay in force. The owner's
     * privileges go to the role that runs the statements.
     */
    static final String GRANTS = """
            , held AS (
                SELECT p.kind, p.name, CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.oid::regclass
                           AS target,
                       c.relowner AS owner, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char" AS type, c.relacl AS acl
                FROM part p JOIN pg_class c ON p.classid = 'pg_class'::regclass AND c.oid = p.objid
                WHERE c.relkind IN ('r', 'p', 'S')
                UNION ALL
                SELECT n.kind, n.name, 'ROUTINE ' || p.oid::regprocedure, p.proowner, 'f', p.proacl
                FROM node n JOIN pg_proc p ON n.kind = 'FUNCTION' AND p.oid = n.oid
                WHERE p.prokind <> 'a'
                UNION ALL
                SELECT n.kind, n.name, 'TYPE ' || format_type(t.oid, NULL), t.typowner, 'T', t.typacl
                FROM node n JOIN pg_type t ON n.kind = 'TYPE' AND t.oid = n.oid
            ), wanted AS (
                SELECT h.kind, h.name, h.target, h.owner, a.grantee, a.privilege_type, a.is_grantable
                FROM held h, aclexplode(coalesce(h.acl, acldefault(h.type, h.owner))) a
            ), given AS (
                SELECT h.kind, h.name, h.target, h.owner, a.grantee, a.privilege_type, a.is_grantable
                FROM held h
                LEFT JOIN pg_default_acl d ON d.defaclrole = h.owner AND d.defaclnamespace = 0
                    AND d.defaclobjtype = CASE h.type WHEN 's' THEN 'S' ELSE h.type END
                CROSS JOIN LATERAL aclexplode(coalesce(d.defaclacl, acldefault(h.type, h.owner))) a
            ), change AS (
                SELECT *, false AS revoke FROM (SELECT * FROM wanted EXCEPT SELECT * FROM given) granted
                UNION ALL
                SELECT *, true FROM given
                WHERE (target, grantee, privilege_type) NOT IN (SELECT target, grantee, privilege_type FROM wanted)
            )
            SELECT kind, name, concat(CASE WHEN revoke THEN 'REVOKE ' ELSE 'GRANT ' END,
                                      string_agg(privilege_type, ', ' ORDER BY privilege_type), ' ON ', target,
                                      CASE WHEN revoke THEN ' FROM ' ELSE ' TO ' END,
                                      CASE grantee WHEN 0 THEN 'PUBLIC' WHEN owner THEN 'CURRENT_USER'
                                                   ELSE grantee::regrole::text END,
                                      CASE WHEN is_grantable AND NOT revoke THEN ' WITH GRANT OPTION' END)
            FROM change
            GROUP BY kind, name, target, grantee, owner, is_grantable, revoke
            ORDER BY revoke DESC, target, grantee
            """;

    static final String COLUMN_GRANTS = """
            SELECT 'TABLE', t.relname,
                   concat('GRANT ', string_agg(format('%s (%I)', g.privilege_type, a.attname), ', '
                                               ORDER BY a.attnum, g.privilege_type), ' ON TABLE ', t.id, ' TO ',
                          CASE g.grantee WHEN 0 THEN 'PUBLIC' WHEN t.relowner THEN 'CURRENT_USER'
                                         ELSE g.grantee::regrole::text END,
                          CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END)
            FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid CROSS JOIN LATERAL aclexplode(a.attacl) g
            WHERE NOT a.attisdropped
            GROUP BY t.relname, t.id, t.relowner, g.grantee, g.is_grantable
            ORDER BY t.relname
            """;

    /** Comments, except those on constraints of domains: PostgreSQL does not name these in the form of the statement. */
    static final String COMMENTS = """
            SELECT p.kind, p.name,
                   format('COMMENT ON %s %s IS %L',
                          CASE WHEN i.type LIKE '%column' THEN 'COLUMN' WHEN i.type = 'table constraint' THEN 'CONSTRAINT'
                               WHEN i.type = 'statistics object' THEN 'STATISTICS' ELSE upper(i.type) END,
                          i.identity, d.description)
            FROM part p JOIN pg_description d ON d.classoid = p.classid AND d.objoid = p.objid
            CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
            WHERE i.type NOT IN ('domain constraint', 'view', 'materialized view', 'foreign table')
            ORDER BY p.kind, p.name, i.type, i.identity
            """;

    private AccessQueries() {}
}
