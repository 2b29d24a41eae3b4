package dev.tenantmigrator.internal.sql;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.SchemaAdapter;
import dev.tenantmigrator.ScriptFile;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.report.ScriptNote;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The adapter used by default: judges each statement, and prepares its text so that only the tenant's name is missing.
 */
public final class PublicSchemaAdapter implements SchemaAdapter {

    private static final String SAMPLE_SCHEMA = "tenant";
    private static final String STRINGS = "standard_conforming_strings";

    /** {@code IMPORT FOREIGN SCHEMA … INTO public}. */
    private static final TokenRule IMPORT = (tokens, token, out) -> {
        boolean isTarget =
                tokens.isName(token, StatementRules.PUBLIC) && SecondSchemas.isImport(tokens, tokens.previous(token));
        if (isTarget) {
            out.gap(tokens.start(token), tokens.end(token));
        }
        return isTarget;
    };

    @Override
    public TenantScript adapt(ScriptFile script, SharedObjects shared) {
        return adapt(script, Script.read(script), shared, EnumLabels.none());
    }

    @Override
    public List<TenantScript> adaptForCreation(List<ScriptFile> scripts, SharedObjects shared) {
        List<List<Statement>> statements = scripts.stream().map(Script::read).toList();
        EnumLabels labels = EnumLabels.fold(statements);
        List<TenantScript> adapted = new ArrayList<>();
        for (int i = 0; i < scripts.size(); i++) {
            adapted.add(adapt(scripts.get(i), statements.get(i), shared, labels));
        }
        return adapted;
    }

    private static TenantScript adapt(
            ScriptFile script, List<Statement> statements, SharedObjects shared, EnumLabels labels) {
        if (statements.isEmpty()) {
            throw new InvalidMigrationException(
                    "the script is empty; write it, or at least SELECT 1 when nothing is to be done",
                    script.location());
        }
        CodeChecks.Check schemas = new SecondSchemas(shared);
        CodeChecks inRoutines = new CodeChecks(schemas, GrantRules::refusal);
        CodeChecks elsewhere = new CodeChecks(schemas, GrantRules::refusal, SessionLocks::refusal);
        QualifiedNames qualified = new QualifiedNames(StatementRules.PUBLIC, shared);
        TokenRule keyword = SchemaRules.schemaKeyword(StatementRules.PUBLIC);
        TokenRule granted = GrantRules.unqualifiedTargets(shared);
        TokenRule literals = new LiteralRule(qualified);
        SearchPath path = SearchPath.of(StatementRules.PUBLIC, shared);
        CodeRewriter names = new CodeRewriter(
                qualified,
                inRoutines,
                labels,
                qualified,
                path::list,
                path::setSchema,
                keyword,
                granted,
                IMPORT,
                (tokens, token, out) -> path.value(tokens, token, false, out),
                literals);
        // What a routine sets or locks when it is called later is the application's affair.
        CodeRewriter namesAndSettings = new CodeRewriter(
                qualified,
                elsewhere,
                labels,
                qualified,
                path::toDefault,
                path::list,
                path::setSchema,
                keyword,
                granted,
                IMPORT,
                SettingRules::setIsLocal,
                SettingRules::resetIsLocal,
                SettingRules::setConfigIsLocal,
                (tokens, token, out) -> path.value(tokens, token, true, out),
                literals);
        refuseOtherStrings(script, statements);
        Optional<TenantScript> outside = NonTransactionalScript.adapt(
                script, statements, shared, qualified, elsewhere, qualified, path::list, keyword, granted, literals);
        if (outside.isPresent()) {
            requireNothingFound(script, statements.get(0), elsewhere);
            return outside.get();
        }
        List<Adapted> adapted = new ArrayList<>();
        for (Statement statement : statements) {
            Verdict verdict = StatementRules.judge(statement);
            if (verdict instanceof Verdict.Refuse refusal) {
                throw Script.invalid(script, statement, refusal);
            } else if (verdict != Verdict.ABSORB && !labels.isFolded(statement)) {
                boolean only = statement.createsRoutine() || verdict instanceof Verdict.Replace;
                adapted.add(adapted(script, statement, verdict, only ? names : namesAndSettings));
                requireNothingFound(script, statement, only ? inRoutines : elsewhere);
            }
        }
        Savepoints.requireClosed(script, statements);
        return new PreparedScript(List.copyOf(adapted), TransactionRules.isolationLevel(statements), script, shared);
    }

    private static void requireNothingFound(ScriptFile script, Statement statement, CodeChecks checks) {
        checks.first().ifPresent(found -> {
            int offset = found.offsetIn(statement.tokens().source()).orElse(statement.start());
            throw new InvalidMigrationException(found.message(), script.location(), statement.lineAt(offset));
        });
    }

    /** What names the setting may turn it off, and then strings end elsewhere than they were read to end. */
    private static void refuseOtherStrings(ScriptFile script, List<Statement> statements) {
        if (!Identifiers.fold(script.text()).contains(STRINGS)) {
            return;
        }
        for (Statement statement : statements) {
            String text = statement.tokens().source().substring(statement.start(), statement.end());
            if (!statement.startsWith("SET") && Identifiers.fold(text).contains(STRINGS)) {
                throw Script.invalid(script, statement, SettingRules.strings(statement));
            }
        }
    }

    private static Adapted adapted(ScriptFile script, Statement statement, Verdict verdict, CodeRewriter rewriter) {
        Template.Builder template = new Template.Builder(statement.tokens().source(), statement.start());
        if (verdict instanceof Verdict.Replace change) {
            template.replace(change.start(), change.end(), change.text());
        }
        try {
            rewriter.rewrite(statement, template);
        } catch (UnreadableSqlException e) {
            throw Script.invalid(script, e);
        }
        return new Adapted(template.build(statement.end()), statement.line());
    }

    private record Adapted(Template template, int line) {}

    private record PreparedScript(
            List<Adapted> statements, Optional<String> isolationLevel, ScriptFile script, SharedObjects shared)
            implements TenantScript {

        @Override
        public List<SqlStatement> statements(String schema) {
            SchemaName name = new SchemaName(schema);
            return statements.stream()
                    .map(statement -> new SqlStatement(statement.template.text(name), statement.line))
                    .toList();
        }

        /** Read when asked for: a run that only deploys has no use for them. */
        @Override
        public List<ScriptNote> notes() {
            return ScriptNotes.of(script, statements(SAMPLE_SCHEMA), shared);
        }
    }
}
