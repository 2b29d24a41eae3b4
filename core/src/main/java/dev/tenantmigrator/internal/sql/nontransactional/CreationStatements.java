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
 * What replaces a statement that cannot run in a transaction while a tenant is created: the same structure, made on tables
 * without rows, and the refusals that PostgreSQL has for the concurrent form only, so that no tenant is created by a
 * migration that fails in the others.
 */
public final class CreationStatements {

    private CreationStatements() {}

    /** What runs in place of a script's statements, each on the line of the one it stands for. */
    public static List<SqlStatement> of(List<SqlStatement> statements, String schema) {
        List<SqlStatement> result = new ArrayList<>();
        for (SqlStatement statement : statements) {
            for (String sql : of(statement.sql(), schema)) {
                result.add(new SqlStatement(sql, statement.line()));
            }
        }
        return result;
    }

    private static List<String> of(String sql, String schema) {
        try {
            Optional<Statement> statement = NonTransactionalStatement.statement(sql);
            Optional<NonTransactionalStatement> what =
                    statement.isPresent() ? NonTransactionalStatement.parse(statement.get()) : Optional.empty();
            return what.isPresent() ? of(statement.get(), what.get(), schema) : List.of(sql);
        } catch (UnreadableSqlException e) {
            return List.of(sql);
        }
    }

    private static List<String> of(Statement statement, NonTransactionalStatement what, String schema) {
        String plain = plain(statement, what);
        return switch (what.kind()) {
            case CREATE_INDEX ->
                List.of(
                        refuse(
                                schema,
                                what.secondName(),
                                'p',
                                "cannot create index on partitioned table \"" + what.secondName() + "\" concurrently"),
                        plain);
            case DROP_INDEX ->
                List.of(
                        refuse(
                                schema,
                                what.name(),
                                'I',
                                "cannot drop partitioned index \"" + what.name() + "\" concurrently"),
                        plain);
            case DETACH -> List.of(detach(what, schema));
            case CODE -> List.of(plain);
            case REINDEX_INDEX, REINDEX_TABLE, REINDEX_SCHEMA, VACUUM, CLUSTER -> List.of();
        };
    }

    /** Without {@code CONCURRENTLY} or {@code COMMIT}. */
    private static String plain(Statement statement, NonTransactionalStatement what) {
        Tokens tokens = statement.tokens();
        Template.Builder plain = new Template.Builder(tokens.source(), statement.start());
        if (what.kind() == NonTransactionalStatement.Kind.CODE) {
            CommitInBlock.remove(statement, plain);
        } else {
            what.concurrently().ifPresent(word -> plain.replace(tokens.start(word), tokens.end(word), ""));
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
     * The concurrent form leaves a check constraint with the partition's bounds, unless the partition has one or is one by
     * hash (PostgreSQL documentation, "ALTER TABLE").
     */
    private static String detach(NonTransactionalStatement what, String schema) {
        String parent = Sql.qualified(schema, what.name());
        String partition = Sql.qualified(schema, what.secondName());
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
                                what.conditional(),
                                literal("ALTER TABLE " + partition + " ADD CHECK (")));
    }
}
