package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.nontransactional.NonTransactionalStatement;
import dev.tenantmigrator.internal.sql.nontransactional.NonTransactionalStatement.Kind;
import dev.tenantmigrator.internal.sql.nontransactional.NonTransactionalStatement.Name;
import dev.tenantmigrator.internal.sql.rewrite.CodeRewriter.Rule;
import dev.tenantmigrator.internal.sql.rewrite.PublicSchemaAdapter.Adapted;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.SchemaName;
import java.util.List;
import java.util.Optional;

/**
 * Adapts statements that run outside of a transaction. It qualifies each table and index with the tenant's schema: an unqualified
 * {@code DROP INDEX CONCURRENTLY IF EXISTS x} could find an index in the shared schema.
 */
final class NonTransactionalRewriter {

    private final MigrationScript script;
    private final SharedObjects shared;
    private final CodeChecks checks;
    private final SchemaReferences references;
    private final SearchPathRules path;

    /** @param checks the checks of all code */
    NonTransactionalRewriter(MigrationScript script, SharedObjects shared, CodeChecks checks) {
        this.script = script;
        this.shared = shared;
        this.checks = checks;
        this.references = new SchemaReferences(SchemaName.PUBLIC, shared);
        this.path = SearchPathRules.of(SchemaName.PUBLIC, shared);
    }

    /**
     * Adapts a statement, or a setting for the session.
     *
     * @throws InvalidMigrationException when it names an object outside of the tenant
     */
    Adapted adapted(Statement statement) {
        Optional<NonTransactionalStatement> parsed = NonTransactionalStatement.of(script, statement);
        parsed.ifPresent(known -> refuseOutsideObjects(statement, known));
        List<Rule> rules = List.of(
                (tokens, token, out) -> parsed.isPresent() && qualify(parsed.get(), tokens, token, out),
                checks,
                references,
                path::list,
                references::keyword,
                GrantRules.unqualifiedTargets(shared),
                new LiteralRule(references));
        return Adapted.of(script, statement, new CodeRewriter(references, rules));
    }

    private void refuseOutsideObjects(Statement statement, NonTransactionalStatement parsed) {
        for (Name name : parsed.qualified()) {
            boolean inTenant = name.schema().map(SchemaName.PUBLIC::equals).orElse(true);
            if (!inTenant || shared.names().contains(name.name())) {
                throw new InvalidMigrationException(
                        statement.tokens().text(name.token())
                                + " belongs to no tenant, and this would run once for each"
                                + " tenant; run it once, outside of migrations",
                        script.location(),
                        statement.line(name.token()));
            }
        }
    }

    private static boolean qualify(NonTransactionalStatement parsed, Tokens tokens, int token, Edits out) {
        for (Name name : parsed.qualified()) {
            if (name.token() == token) {
                int start = tokens.start(token);
                if (name.schema().isPresent()) {
                    out.gap(start, tokens.end(token));
                } else {
                    out.gap(start, start);
                    out.replace(start, start, ".");
                }
                return true;
            }
        }
        // The rule for SCHEMA public must not put the tenant in a second time.
        return parsed.kind() == Kind.REINDEX_SCHEMA && tokens.isWord(token, "SCHEMA");
    }
}
