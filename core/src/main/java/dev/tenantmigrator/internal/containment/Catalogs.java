package dev.tenantmigrator.internal.containment;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The system catalogs (PostgreSQL documentation, "System Catalogs"), with the owner of the objects that their rows describe. A
 * catalog has the same OID in every version. A test compares the list with the server's. An object of a catalog that is missing
 * here counts as nobody's, so touching it is refused.
 */
public enum Catalogs {
    PG_AGGREGATE(2600, Owner.ROW_OF_ANOTHER),
    PG_AM(2601, Owner.NOBODY, "an access method"),
    PG_AMOP(2602, Owner.PART),
    PG_AMPROC(2603, Owner.PART),
    PG_ATTRDEF(2604, Owner.PART),
    PG_ATTRIBUTE(1249, Owner.ROW_OF_ANOTHER),
    PG_AUTHID(1260, Owner.NOBODY, "a role"),
    PG_AUTH_MEMBERS(1261, Owner.NOBODY, "the membership of a role"),
    PG_CAST(2605, Owner.PART),
    PG_CLASS(1259, Owner.SCHEMA),
    PG_COLLATION(3456, Owner.SCHEMA),
    PG_CONSTRAINT(2606, Owner.PART),
    PG_CONVERSION(2607, Owner.SCHEMA),
    PG_DATABASE(1262, Owner.NOBODY, "a database"),
    PG_DB_ROLE_SETTING(2964, Owner.NOBODY, "a setting of a role or database"),
    PG_DEFAULT_ACL(826, Owner.PART),
    PG_DEPEND(2608, Owner.ROW_OF_ANOTHER),
    PG_DESCRIPTION(2609, Owner.ROW_OF_ANOTHER),
    PG_ENUM(3501, Owner.ROW_OF_ANOTHER),
    PG_EVENT_TRIGGER(3466, Owner.NOBODY, "an event trigger"),
    PG_EXTENSION(3079, Owner.NOBODY, "an extension"),
    PG_FOREIGN_DATA_WRAPPER(2328, Owner.NOBODY, "a foreign-data wrapper"),
    PG_FOREIGN_SERVER(1417, Owner.NOBODY, "a foreign server"),
    PG_FOREIGN_TABLE(3118, Owner.ROW_OF_ANOTHER),
    PG_INDEX(2610, Owner.ROW_OF_ANOTHER),
    PG_INHERITS(2611, Owner.ROW_OF_ANOTHER),
    PG_INIT_PRIVS(3394, Owner.ROW_OF_ANOTHER),
    PG_LANGUAGE(2612, Owner.NOBODY, "a language"),
    PG_LARGEOBJECT(2613, Owner.NOBODY, "a large object"),
    PG_LARGEOBJECT_METADATA(2995, Owner.NOBODY, "a large object"),
    PG_NAMESPACE(2615, Owner.ITSELF),
    PG_OPCLASS(2616, Owner.SCHEMA),
    PG_OPERATOR(2617, Owner.SCHEMA),
    PG_OPFAMILY(2753, Owner.SCHEMA),
    PG_PARAMETER_ACL(6243, Owner.NOBODY, "the privileges of a parameter"),
    PG_PARTITIONED_TABLE(3350, Owner.ROW_OF_ANOTHER),
    PG_POLICY(3256, Owner.PART),
    PG_PROC(1255, Owner.SCHEMA),
    PG_PUBLICATION(6104, Owner.NOBODY, "a publication"),
    PG_PUBLICATION_NAMESPACE(6237, Owner.NOBODY, "a publication"),
    PG_PUBLICATION_REL(6106, Owner.PART),
    PG_RANGE(3541, Owner.ROW_OF_ANOTHER),
    PG_REPLICATION_ORIGIN(6000, Owner.NOBODY, "a replication origin"),
    PG_REWRITE(2618, Owner.PART),
    PG_SECLABEL(3596, Owner.ROW_OF_ANOTHER),
    PG_SEQUENCE(2224, Owner.ROW_OF_ANOTHER),
    PG_SHDEPEND(1214, Owner.ROW_OF_ANOTHER),
    PG_SHDESCRIPTION(2396, Owner.NOBODY, "the comment on a role, database or tablespace"),
    PG_SHSECLABEL(3592, Owner.NOBODY, "a security label"),
    PG_STATISTIC(2619, Owner.ROW_OF_ANOTHER),
    PG_STATISTIC_EXT(3381, Owner.SCHEMA),
    PG_STATISTIC_EXT_DATA(3429, Owner.ROW_OF_ANOTHER),
    PG_SUBSCRIPTION(6100, Owner.NOBODY, "a subscription"),
    PG_SUBSCRIPTION_REL(6102, Owner.NOBODY, "a subscription"),
    PG_TABLESPACE(1213, Owner.NOBODY, "a tablespace"),
    PG_TRANSFORM(3576, Owner.PART),
    PG_TRIGGER(2620, Owner.PART),
    PG_TS_CONFIG(3602, Owner.SCHEMA),
    PG_TS_CONFIG_MAP(3603, Owner.ROW_OF_ANOTHER),
    PG_TS_DICT(3600, Owner.SCHEMA),
    PG_TS_PARSER(3601, Owner.SCHEMA),
    PG_TS_TEMPLATE(3764, Owner.SCHEMA),
    PG_TYPE(1247, Owner.SCHEMA),
    PG_USER_MAPPING(1418, Owner.NOBODY, "a user mapping");

    /** The owner of an object. */
    public enum Owner {
        /** The schema that the object is in. */
        SCHEMA,
        /** Another object, named by {@code pg_depend}: a trigger, for example, is a part of its table. */
        PART,
        /** The object is a schema. */
        ITSELF,
        /** Nobody: a transaction that changes such an object has left its tenant. */
        NOBODY,
        /** The owner of another catalog's object, which this row describes further. */
        ROW_OF_ANOTHER
    }

    /**
     * Catalogs whose rows some commands change without a lock on the object: {@code GRANT}, {@code ALTER TYPE}, {@code ALTER
     * FUNCTION}. The check compares the number of their written rows with the number of the tenant's own. The first ones grow with
     * each tenant ({@link FullCheck}).
     */
    static final List<Catalogs> CHANGED_WITHOUT_LOCK = List.of(
            PG_CLASS,
            PG_ATTRIBUTE,
            PG_CONSTRAINT,
            PG_TYPE,
            PG_PROC,
            PG_NAMESPACE,
            PG_OPERATOR,
            PG_OPCLASS,
            PG_OPFAMILY,
            PG_AMOP,
            PG_AMPROC,
            PG_COLLATION,
            PG_CONVERSION,
            PG_TS_CONFIG,
            PG_TS_CONFIG_MAP,
            PG_TS_DICT,
            PG_TS_PARSER,
            PG_TS_TEMPLATE,
            PG_STATISTIC_EXT,
            PG_CAST,
            PG_TRANSFORM,
            PG_DEFAULT_ACL);

    private final int oid;
    private final Owner owner;
    private final String kind;

    Catalogs(int oid, Owner owner) {
        this(oid, owner, "");
    }

    Catalogs(int oid, Owner owner, String kind) {
        this.oid = oid;
        this.owner = owner;
        this.kind = kind;
    }

    int oid() {
        return oid;
    }

    /** The owner of the objects that its rows describe. */
    public Owner owner() {
        return owner;
    }

    /** The name in an error for an object of nobody whose own name is not known. */
    String kind() {
        return kind;
    }

    /** The catalog's name in SQL, without its schema. */
    public String sqlName() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    static List<Catalogs> of(Owner... owners) {
        List<Owner> wanted = List.of(owners);
        return Arrays.stream(values())
                .filter(catalog -> wanted.contains(catalog.owner))
                .toList();
    }

    /** The OIDs of catalogs as an array for SQL. */
    static String oids(Stream<Catalogs> catalogs) {
        return catalogs.map(catalog -> String.valueOf(catalog.oid)).collect(Collectors.joining(",", "'{", "}'::oid[]"));
    }
}
