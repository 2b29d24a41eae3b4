package dev.tenantmigrator.internal.sql.nontransactional;

import static dev.tenantmigrator.internal.sql.Sql.literal;

import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.template.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The statements that replace non-transactional ones while a tenant is created, which is one transaction. They create an
 * equal structure on tables without rows. Where PostgreSQL refuses only the concurrent form, they fail too: otherwise a
 * migration could create new tenants and yet fail in all existing ones.
 */
public final class CreationStatements {

    private CreationStatements() {}

    /** The replacements of a script's statements, each with the line of its original. */
    public static List<SqlStatement> of(List<SqlStatement> statements, String schema) {
        List<SqlStatement> result = new ArrayList<>();
        boolean inTransaction = false;
        for (SqlStatement statement : statements) {
            if (statement.sql().equals(ScriptParts.BEGIN) || statement.sql().equals(ScriptParts.COMMIT)) {
                inTransaction = statement.sql().equals(ScriptParts.BEGIN);
            } else if (inTransaction) {
                result.add(statement);
            } else {
                for (String sql : of(statement.sql(), schema)) {
                    result.add(new SqlStatement(sql, statement.line()));
                }
            }
        }
        return result;
    }

    private static List<String> of(String sql, String schema) {
        try {
            Optional<Statement> statement = NonTransactionalStatement.statement(sql);
            Optional<NonTransactionalStatement> parsed =
                    statement.isPresent() ? NonTransactionalStatement.parse(statement.get()) : Optional.empty();
            if (parsed.isPresent()) {
                return of(statement.get(), parsed.get(), schema);
            }
            return List.of(statement.isPresent() ? settingOfTransaction(statement.get()) : sql);
        } catch (UnreadableSqlException e) {
            return List.of(sql);
        }
    }

    private static List<String> of(Statement statement, NonTransactionalStatement parsed, String schema) {
        String plain = plain(statement, parsed);
        return switch (parsed.kind()) {
            case CREATE_INDEX ->
                List.of(
                        refuse(
                                schema,
                                parsed.secondName(),
                                'p',
                                "cannot create index on partitioned table \"" + parsed.secondName()
                                        + "\" concurrently"),
                        plain);
            case DROP_INDEX ->
                List.of(
                        refuse(
                                schema,
                                parsed.name(),
                                'I',
                                "cannot drop partitioned index \"" + parsed.name() + "\" concurrently"),
                        plain);
            case DETACH -> List.of(detach(parsed, schema));
            case CODE -> List.of(plain);
            case REINDEX_INDEX, REINDEX_TABLE, REINDEX_SCHEMA, VACUUM, CLUSTER -> List.of();
        };
    }

    /** A setting for the session, until the transaction ends. */
    private static String settingOfTransaction(Statement statement) {
        Tokens tokens = statement.tokens();
        Template.Builder local = new Template.Builder(tokens.source(), statement.start());
        if (statement.startsWith("SET")) {
            int session = tokens.next(statement.from());
            boolean named = tokens.isWord(session, "SESSION");
            local.replace(
                    tokens.end(statement.from()), named ? tokens.end(session) : tokens.end(statement.from()), " LOCAL");
        }
        return local.build(statement.end()).text();
    }

    /** The statement without {@code CONCURRENTLY} or {@code COMMIT}. */
    private static String plain(Statement statement, NonTransactionalStatement parsed) {
        Tokens tokens = statement.tokens();
        Template.Builder plain = new Template.Builder(tokens.source(), statement.start());
        if (parsed.kind() == NonTransactionalStatement.Kind.CODE) {
            CommitInBlock.remove(statement, plain);
        } else {
            parsed.concurrently().ifPresent(word -> plain.replace(tokens.start(word), tokens.end(word), ""));
        }
        return plain.build(statement.end()).text();
    }

    private static String refuse(String schema, String relation, char relationKind, String message) {
        return "DO "
                + literal("""
                BEGIN
                    IF EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                                WHERE n.nspname = %s AND c.relname = %s::pg_catalog.name AND c.relkind = '%s') THEN
                        RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = %s;
                    END IF;
                END""".formatted(literal(schema), literal(relation), relationKind, literal(message))
                        .replace('\n', ' '));
    }

    /**
     * Detaches a partition and adds a check constraint with its bounds, as the concurrent form does unless the partition has
     * such a constraint or is one by hash (PostgreSQL documentation, "ALTER TABLE").
     */
    private static String detach(NonTransactionalStatement parsed, String schema) {
        String parent = Sql.qualified(schema, parsed.name());
        String partition = Sql.qualified(schema, parsed.secondName());
        return "DO "
                + literal("""
                DECLARE
                    parent pg_catalog.oid := pg_catalog.to_regclass(%1$s);
                    part pg_catalog.oid := pg_catalog.to_regclass(%2$s);
                    bounds pg_catalog.text := pg_catalog.pg_get_partition_constraintdef(part);
                    by_hash pg_catalog.bool;
                    has_default pg_catalog.bool;
                BEGIN
                    IF %5$s AND parent IS NULL THEN
                        RETURN;
                    END IF;
                    SELECT partstrat = 'h', partdefid <> 0 INTO by_hash, has_default
                      FROM pg_catalog.pg_partitioned_table WHERE partrelid = parent;
                    IF has_default THEN
                        RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
                            MESSAGE = 'cannot detach partitions concurrently when a default partition exists';
                    END IF;
                    ALTER TABLE %3$s DETACH PARTITION %4$s;
                    IF NOT by_hash AND NOT EXISTS (
                            SELECT FROM pg_catalog.pg_constraint c WHERE c.conrelid = part AND c.contype = 'c'
                               AND pg_catalog.pg_get_constraintdef(c.oid) = 'CHECK (' || bounds || ')') THEN
                        EXECUTE %6$s || bounds || ')';
                    END IF;
                END""".formatted(
                                literal(parent),
                                literal(partition),
                                parent,
                                partition,
                                parsed.conditional(),
                                literal("ALTER TABLE " + partition + " ADD CHECK (")));
    }
}
