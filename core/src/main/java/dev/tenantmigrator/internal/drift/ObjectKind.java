package dev.tenantmigrator.internal.drift;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A kind of object that is compared, and the query that reads the objects of one schema. */
final class ObjectKind {

    private final String name;
    private final List<String> attributes;
    private final String object;
    private final String table;
    private final List<String> expressions;
    private final String owner;
    private final String from;

    private ObjectKind(Builder builder, String from) {
        this.name = builder.name;
        this.attributes = List.copyOf(builder.attributes);
        this.object = builder.object;
        this.table = builder.table;
        this.expressions = List.copyOf(builder.expressions);
        this.owner = builder.owner;
        this.from = from;
    }

    /** As PostgreSQL names it, e.g. {@code index}. */
    String name() {
        return name;
    }

    /** The names of its attributes. */
    List<String> attributes() {
        return attributes;
    }

    /** The query: the kind's number, the object's name, its table, an array of the attributes' values, and, if wanted, the owner. */
    String sql(int number, boolean privileges, boolean owners) {
        String end = !owners ? "" : owner.isEmpty() ? ", NULL" : ", quote_ident(pg_get_userbyid(" + owner + "))";
        return IntStream.range(0, attributes.size())
                .mapToObj(i -> privileges || !attributes.get(i).endsWith(PRIVILEGES) ? expressions.get(i) : "NULL")
                .collect(Collectors.joining(
                        ",\n",
                        "SELECT " + number + ", " + object + ", " + table + "::text, ARRAY[",
                        "]::text[]" + end + " FROM " + from));
    }

    /** The kind's name in the middle of a query's text. */
    static Builder named(String name) {
        return new Builder(name);
    }

    /** Puts together the query, so that each attribute's name stands beside its expression. */
    static final class Builder {

        private final String name;
        private final List<String> attributes = new ArrayList<>();
        private final List<String> expressions = new ArrayList<>();
        private String object = "";
        private String table = "NULL";
        private String owner = "";

        private Builder(String name) {
            this.name = name;
        }

        /** The expression of the object's name. */
        Builder object(String expression) {
            object = expression;
            return this;
        }

        /** An object that is a part of a table: the expressions of the table's and the part's names, not quoted. */
        Builder partOf(String tableName, String partName) {
            table = tableName;
            return object("concat(quote_ident(" + tableName + "), '.', quote_ident(" + partName + "))");
        }

        /** The expression of the table's name for an object that has a name of its own in the schema. */
        Builder onTable(String tableName) {
            table = tableName;
            return this;
        }

        /**
         * An attribute and its expression of type text. In it {@code function_name(oid)} and {@code operator_name(oid)} stand for names as
         * definitions have them.
         */
        Builder attribute(String attribute, String expression) {
            attributes.add(attribute);
            expressions.add("(" + visibleNames(expression) + ")::text");
            return this;
        }

        /** Privileges, given the column with them, the type for {@code acldefault}, and the column with the owner. */
        Builder privileges(String acl, char type, String ownerColumn) {
            return owner(ownerColumn)
                    .attribute(
                            PRIVILEGES,
                            grants(
                                    "coalesce(" + acl + ", acldefault('" + type + "', " + ownerColumn + "))",
                                    ownerColumn));
        }

        /** The column with the owner, which is not compared. Statements name it. */
        Builder owner(String column) {
            owner = column;
            return this;
        }

        /** The comment on an object of a catalog. */
        Builder comment(String catalog, String oid) {
            return comment(catalog, oid, "0");
        }

        /** The comment on a column. */
        Builder comment(String catalog, String oid, String column) {
            return attribute(
                    COMMENT,
                    "SELECT description FROM pg_description WHERE objoid = " + oid + " AND classoid = '" + catalog
                            + "'::regclass AND objsubid = " + column);
        }

        /** The rest of the query; see {@link StructureQuery} for what it may refer to. */
        ObjectKind from(String from) {
            return new ObjectKind(this, from);
        }
    }

    static final String PRIVILEGES = "privileges";
    static final String COMMENT = "comment";

    /** Privileges by grantee, e.g. {@code PUBLIC=SELECT; owner=INSERT,SELECT}; a star marks one that the grantee may grant. */
    static String grants(String acl, String owner) {
        return """
                SELECT string_agg(grantee || '=' || privileges, '; ' ORDER BY grantee COLLATE "C")
                FROM (SELECT grantee, string_agg(privilege, ',' ORDER BY privilege COLLATE "C")
                      FROM (SELECT DISTINCT CASE e.grantee WHEN 0 THEN 'PUBLIC' WHEN %2$s THEN 'owner'
                                                 WHEN to_regrole('owner') THEN '"owner"'
                                                 ELSE quote_ident(pg_get_userbyid(e.grantee)) END,
                                   e.privilege_type || CASE WHEN e.is_grantable AND e.grantee <> %2$s THEN '*' ELSE '' END
                            FROM aclexplode(%1$s) e) item(grantee, privilege)
                      GROUP BY grantee) entry(grantee, privileges)""".formatted(acl, owner);
    }

    /**
     * Names have their schema only where the search path does not find them. Text of types {@code regproc} and {@code regoper} has it also
     * where several functions have the name.
     */
    private static String visibleNames(String expression) {
        return expression
                .replaceAll("\\bfunction_name\\(([a-z.]+)\\)", """
                        (SELECT CASE WHEN NOT pg_function_is_visible(v.oid) THEN v.pronamespace::regnamespace || '.' ELSE '' END
                                || quote_ident(v.proname) FROM pg_proc v WHERE v.oid = $1)""")
                .replaceAll("\\boperator_name\\(([a-z.]+)\\)", """
                        (SELECT format('OPERATOR(%s%s)', CASE WHEN NOT pg_operator_is_visible(v.oid) THEN v.oprnamespace::regnamespace || '.' END,
                                       v.oprname) FROM pg_operator v WHERE v.oid = $1)""");
    }

    /** An expression that costs time, only where a column is set: most are not. */
    static String ifSet(String column, String expression) {
        return "CASE WHEN " + column + " IS NOT NULL THEN (" + expression + ") END";
    }

    /** Options of a foreign table or column, as {@code OPTIONS} has them. */
    static String foreignOptions(String options) {
        return "SELECT string_agg(quote_ident(option_name) || ' ' || quote_literal(option_value), ', ' ORDER BY option_name COLLATE \"C\")"
                + " FROM pg_options_to_table(" + options + ")";
    }

    /** Options such as {@code fillfactor=70}, sorted, without those that a server keeps for itself. */
    static String options(String options) {
        return "SELECT string_agg(option, ', ' ORDER BY option COLLATE \"C\") FROM unnest(" + options
                + ") option WHERE NOT starts_with(option, 'pg_')";
    }
}
