package dev.tenantmigrator.internal.sql;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.SchemaAdapter.TenantScript;
import dev.tenantmigrator.ScriptFile;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.sql.NonTransactional.Kind;
import dev.tenantmigrator.internal.sql.NonTransactional.Name;
import dev.tenantmigrator.report.ScriptNote;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A script of statements that cannot run in a transaction, in which each table and index is written out in full: {@code DROP
 * INDEX CONCURRENTLY IF EXISTS x} would else find the shared schema's.
 */
final class NonTransactionalScript implements TenantScript {

    private static final String DECLARE = "-- tenant-migrator: no-transaction";

    private final List<Adapted> statements;

    private NonTransactionalScript(List<Adapted> statements) {
        this.statements = List.copyOf(statements);
    }

    private record Adapted(Template text, int line) {}

    /** Whether a script is one of these. */
    static boolean isOne(ScriptFile script, List<Statement> statements) {
        return read(script, statements).isPresent();
    }

    /**
     * Reads a script.
     *
     * @param names puts the tenant's schema in place of {@code public}
     * @param rules what else does
     * @return empty when it runs in a transaction
     * @throws InvalidMigrationException when it mixes both kinds of statements, or names what is not the tenant's
     */
    static Optional<TenantScript> adapt(
            ScriptFile script,
            List<Statement> statements,
            SharedObjects shared,
            QualifiedNames names,
            TokenRule... rules) {
        Optional<List<NonTransactional>> read = read(script, statements);
        if (read.isEmpty()) {
            return Optional.empty();
        }
        List<Adapted> adapted = new ArrayList<>();
        for (int i = 0; i < statements.size(); i++) {
            NonTransactional what = read.get().get(i);
            Statement statement = statements.get(i);
            refuseStrangers(script, statement, what, shared);
            TokenRule tenant = (tokens, token, out) -> writeOut(what, tokens, token, out);
            adapted.add(new Adapted(template(script, statement, names, with(tenant, rules)), statement.line()));
        }
        return Optional.of(new NonTransactionalScript(adapted));
    }

    private static Optional<List<NonTransactional>> read(ScriptFile script, List<Statement> statements) {
        boolean declared = ScriptDirective.read(script).noTransaction();
        List<NonTransactional> read = new ArrayList<>();
        Optional<Statement> transactional = Optional.empty();
        Optional<Statement> not = Optional.empty();
        for (Statement statement : statements) {
            if (StatementRules.judge(statement) instanceof Verdict.Refuse refusal) {
                throw Script.invalid(script, statement, refusal);
            }
            Optional<NonTransactional> what = parse(script, statement);
            if (what.filter(known -> known.always() || declared).isPresent()) {
                not = not.isPresent() ? not : Optional.of(statement);
            } else {
                transactional = transactional.isPresent() ? transactional : Optional.of(statement);
            }
            what.ifPresent(read::add);
        }
        if (not.isEmpty() && !declared) {
            return Optional.empty();
        }
        if (transactional.isPresent()) {
            throw mixture(script, transactional.get(), not, declared);
        }
        return Optional.of(read);
    }

    private static Optional<NonTransactional> parse(ScriptFile script, Statement statement) {
        try {
            return NonTransactional.parse(statement);
        } catch (UnreadableSqlException e) {
            throw Script.invalid(script, e);
        }
    }

    private static InvalidMigrationException mixture(
            ScriptFile script, Statement transactional, Optional<Statement> not, boolean declared) {
        String message;
        if (transactional.startsWith("SET")) {
            message = "SET has no place in a script that runs outside of a transaction; write \"" + DECLARE
                    + " lock_timeout=… statement_timeout=…\" as the first line instead";
        } else if (not.isEmpty()) {
            message = "the first comment says no-transaction, but this statement can run in a transaction; remove the"
                    + " comment, or put the statement into a migration of its own";
        } else {
            message = "this statement runs in a transaction, that on line "
                    + not.get().line()
                    + " cannot; put each into a migration of its own"
                    + (declared || parse(script, transactional).isEmpty()
                            ? ""
                            : ", or, if this may be repeated after a crash, begin the file with \"" + DECLARE + "\"");
        }
        return new InvalidMigrationException(message, script.location(), transactional.line());
    }

    private static void refuseStrangers(
            ScriptFile script, Statement statement, NonTransactional what, SharedObjects shared) {
        for (Name name : what.qualified()) {
            boolean tenants = name.schema().map(StatementRules.PUBLIC::equals).orElse(true);
            if (!tenants || shared.names().contains(name.name())) {
                throw new InvalidMigrationException(
                        statement.tokens().text(name.token())
                                + " belongs to no tenant, and this would run once for each"
                                + " tenant; run it once, outside of migrations",
                        script.location(),
                        statement.line(name.token()));
            }
        }
    }

    private static TokenRule[] with(TokenRule first, TokenRule... rules) {
        return Stream.concat(Stream.of(first), Stream.of(rules)).toArray(TokenRule[]::new);
    }

    private static Template template(ScriptFile script, Statement statement, QualifiedNames names, TokenRule... rules) {
        Template.Builder template = new Template.Builder(statement.tokens().source(), statement.start());
        try {
            new CodeRewriter(names, rules).rewrite(statement, template);
        } catch (UnreadableSqlException e) {
            throw Script.invalid(script, e);
        }
        return template.build(statement.end());
    }

    private static boolean writeOut(NonTransactional what, Tokens tokens, int token, Edits out) {
        for (Name name : what.qualified()) {
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
        // Else the rule for SCHEMA public would put the tenant in as well.
        return what.kind() == Kind.REINDEX_SCHEMA && tokens.isWord(token, "SCHEMA");
    }

    @Override
    public boolean transactional() {
        return false;
    }

    @Override
    public List<SqlStatement> statements(String schema) {
        SchemaName name = new SchemaName(schema);
        return statements.stream()
                .map(statement -> new SqlStatement(statement.text.text(name), statement.line))
                .toList();
    }

    @Override
    public List<ScriptNote> notes() {
        return statements.stream()
                .map(
                        statement -> new ScriptNote(
                                ScriptNote.Kind.NOT_TRANSACTIONAL,
                                statement.line,
                                "runs outside of a transaction; after a crash the next run goes on with it. What runs concurrently"
                                        + " waits for every open transaction, without limit unless the file gives a lock_timeout"))
                .toList();
    }
}
