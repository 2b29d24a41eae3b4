package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SchemaAdapter.TenantScript;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.nontransactional.NonTransactionalStatement;
import dev.tenantmigrator.internal.sql.nontransactional.NonTransactionalStatement.Kind;
import dev.tenantmigrator.internal.sql.nontransactional.NonTransactionalStatement.Name;
import dev.tenantmigrator.internal.sql.nontransactional.TransactionMode;
import dev.tenantmigrator.internal.sql.rewrite.CodeRewriter.Rule;
import dev.tenantmigrator.internal.sql.rewrite.PublicSchemaAdapter.Adapted;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.SchemaName;
import dev.tenantmigrator.report.ScriptNote;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An adapted script of statements that run outside of a transaction. It qualifies each table and index with the tenant's
 * schema: an unqualified {@code DROP INDEX CONCURRENTLY IF EXISTS x} could find an index in the shared schema.
 */
final class NonTransactionalScript implements TenantScript {

    private final List<Adapted> statements;

    private NonTransactionalScript(List<Adapted> statements) {
        this.statements = List.copyOf(statements);
    }

    /**
     * Adapts a script that runs outside of a transaction.
     *
     * @param checks the checks of all code
     * @return empty when the script runs in a transaction
     * @throws InvalidMigrationException when the script mixes both kinds of statements, or names an object outside of the
     *     tenant
     */
    static Optional<TenantScript> adapt(
            MigrationScript script, List<Statement> statements, SharedObjects shared, CodeChecks checks) {
        Optional<List<NonTransactionalStatement>> read = TransactionMode.nonTransactional(script, statements);
        if (read.isEmpty()) {
            return Optional.empty();
        }
        SchemaReferences references = new SchemaReferences(SchemaName.PUBLIC, shared);
        SearchPathRules path = SearchPathRules.of(SchemaName.PUBLIC, shared);
        List<Adapted> adapted = new ArrayList<>();
        for (int i = 0; i < statements.size(); i++) {
            NonTransactionalStatement parsed = read.get().get(i);
            Statement statement = statements.get(i);
            refuseOutsideObjects(script, statement, parsed, shared);
            List<Rule> rules = List.of(
                    (tokens, token, out) -> qualify(parsed, tokens, token, out),
                    checks,
                    references,
                    path::list,
                    references::keyword,
                    GrantRules.unqualifiedTargets(shared),
                    new LiteralRule(references));
            adapted.add(Adapted.of(script, statement, new CodeRewriter(references, rules)));
        }
        return Optional.of(new NonTransactionalScript(adapted));
    }

    private static void refuseOutsideObjects(
            MigrationScript script, Statement statement, NonTransactionalStatement parsed, SharedObjects shared) {
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

    @Override
    public boolean transactional() {
        return false;
    }

    @Override
    public List<SqlStatement> statements(String schema) {
        SchemaName name = new SchemaName(schema);
        return statements.stream().map(statement -> statement.in(name)).toList();
    }

    @Override
    public List<ScriptNote> notes() {
        return statements.stream()
                .map(statement -> new ScriptNote(
                        ScriptNote.Kind.NOT_TRANSACTIONAL,
                        statement.line(),
                        "runs outside of a transaction; after a crash the next run continues with it. A concurrent"
                                + " operation waits for every open transaction, without limit unless the file sets a"
                                + " lock_timeout"))
                .toList();
    }
}
