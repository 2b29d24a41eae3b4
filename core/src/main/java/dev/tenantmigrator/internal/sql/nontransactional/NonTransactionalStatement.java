package dev.tenantmigrator.internal.sql.nontransactional;

import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Splitter;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import java.util.List;
import java.util.Optional;

/**
 * What a statement does that PostgreSQL refuses inside a transaction block, as far as that must be known to put the tenant
 * into it, and to go on with it after a crash.
 *
 * @param kind what it does
 * @param names what it names: of {@link Kind#CREATE_INDEX} the index and the table, of {@link Kind#DETACH} the partitioned
 *     table and the partition
 * @param always whether PostgreSQL refuses it in a transaction whatever it names; otherwise a script must declare it
 * @param concurrently the token of {@code CONCURRENTLY}, when it has one
 * @param conditional whether it says {@code IF EXISTS} or {@code IF NOT EXISTS}
 */
public record NonTransactionalStatement(
        Kind kind, List<Name> names, boolean always, Optional<Integer> concurrently, boolean conditional) {

    /** What such a statement does. */
    public enum Kind {
        CREATE_INDEX,
        DROP_INDEX,
        REINDEX_INDEX,
        REINDEX_TABLE,
        REINDEX_SCHEMA,
        DETACH,
        VACUUM,
        CLUSTER,
        /** {@code DO} and {@code CALL}: PL/pgSQL can commit in both. */
        CODE
    }

    /**
     * A name in the statement.
     *
     * @param schema the schema that is written in front of it
     * @param name as PostgreSQL stores it; empty for a schema
     * @param token the first token that counts: the schema's, or the name's
     */
    public record Name(Optional<String> schema, String name, int token) {}

    /** Copies its arguments. */
    public NonTransactionalStatement {
        names = List.copyOf(names);
    }

    /**
     * Reads a statement as it is sent.
     *
     * @return empty when it is none of these
     */
    public static Optional<NonTransactionalStatement> of(String sql) {
        try {
            Optional<Statement> statement = statement(sql);
            return statement.isPresent() ? parse(statement.get()) : Optional.empty();
        } catch (UnreadableSqlException e) {
            return Optional.empty();
        }
    }

    public static Optional<Statement> statement(String sql) throws UnreadableSqlException {
        List<Statement> statements = Splitter.split(Lexer.lex(sql));
        return statements.size() == 1 ? Optional.of(statements.get(0)) : Optional.empty();
    }

    /**
     * Reads a statement of a script.
     *
     * @return empty when it is none of these
     * @throws UnreadableSqlException when it must not run in any migration; says why
     */
    public static Optional<NonTransactionalStatement> parse(Statement statement) throws UnreadableSqlException {
        return new NonTransactionalParser(statement).parse();
    }

    /** The names that must be written with the tenant's schema: an index that is made goes where its table is. */
    public List<Name> qualified() {
        return kind == Kind.CREATE_INDEX ? names.subList(1, names.size()) : names;
    }

    /** The first name. */
    public String name() {
        return names.get(0).name();
    }

    /** The second name. */
    public String secondName() {
        return names.get(1).name();
    }
}
