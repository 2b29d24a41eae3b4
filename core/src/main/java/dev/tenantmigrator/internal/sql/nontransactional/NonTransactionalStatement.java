package dev.tenantmigrator.internal.sql.nontransactional;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Splitter;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.rules.ScriptReader;
import java.util.List;
import java.util.Optional;

/**
 * A statement that PostgreSQL refuses inside a transaction block. Holds as much as it takes to put the tenant's schema into
 * it, and to continue after a crash in the middle of it.
 *
 * @param kind the command
 * @param names the names in it: the index and the table for {@link Kind#CREATE_INDEX}, the partitioned table and the
 *     partition for {@link Kind#DETACH}
 * @param always whether PostgreSQL refuses it in every transaction; otherwise the script must declare {@code
 *     no-transaction}
 * @param concurrently the token of {@code CONCURRENTLY}, if there is one
 * @param conditional whether it has {@code IF EXISTS} or {@code IF NOT EXISTS}
 */
public record NonTransactionalStatement(
        Kind kind, List<Name> names, boolean always, Optional<Integer> concurrently, boolean conditional) {

    /** The commands that such a statement can be. */
    public enum Kind {
        CREATE_INDEX,
        DROP_INDEX,
        REINDEX_INDEX,
        REINDEX_TABLE,
        REINDEX_SCHEMA,
        DETACH,
        VACUUM,
        CLUSTER,
        /** {@code DO} or {@code CALL}, in which PL/pgSQL code can commit. */
        CODE
    }

    /**
     * A name in the statement.
     *
     * @param schema the schema that qualifies it
     * @param name as PostgreSQL stores it; empty for a schema
     * @param token the token of the schema, or of an unqualified name
     */
    public record Name(Optional<String> schema, String name, int token) {}

    public NonTransactionalStatement {
        names = List.copyOf(names);
    }

    /**
     * Reads a statement as it is sent.
     *
     * @return empty for any other statement
     */
    public static Optional<NonTransactionalStatement> of(String sql) {
        try {
            Optional<Statement> statement = statement(sql);
            return statement.isPresent() ? parse(statement.get()) : Optional.empty();
        } catch (UnreadableSqlException e) {
            return Optional.empty();
        }
    }

    static Optional<Statement> statement(String sql) throws UnreadableSqlException {
        List<Statement> statements = Splitter.split(Lexer.lex(sql));
        return statements.size() == 1 ? Optional.of(statements.get(0)) : Optional.empty();
    }

    /**
     * Reads a statement of a script.
     *
     * @return empty for any other statement
     * @throws InvalidMigrationException when it must not run in any migration
     */
    public static Optional<NonTransactionalStatement> of(MigrationScript script, Statement statement) {
        try {
            return parse(statement);
        } catch (UnreadableSqlException e) {
            throw ScriptReader.invalid(script, e);
        }
    }

    /**
     * Reads a statement.
     *
     * @return empty for any other statement
     * @throws UnreadableSqlException when it must not run in any migration; the message says why
     */
    static Optional<NonTransactionalStatement> parse(Statement statement) throws UnreadableSqlException {
        return new NonTransactionalParser(statement).parse();
    }

    /**
     * The names that need the tenant's schema: all but that of a new index, which PostgreSQL puts into the schema of its
     * table.
     */
    public List<Name> qualified() {
        return kind == Kind.CREATE_INDEX ? names.subList(1, names.size()) : names;
    }

    public String name() {
        return names.get(0).name();
    }

    public String secondName() {
        return names.get(1).name();
    }
}
