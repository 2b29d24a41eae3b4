package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SchemaAdapter;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.sql.advice.ScriptNotes;
import dev.tenantmigrator.internal.sql.copy.CopyFromStdin;
import dev.tenantmigrator.internal.sql.lex.Identifiers;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.nontransactional.ScriptParts;
import dev.tenantmigrator.internal.sql.nontransactional.ScriptParts.Part;
import dev.tenantmigrator.internal.sql.rewrite.CodeRewriter.Rule;
import dev.tenantmigrator.internal.sql.rules.AbsentObjects;
import dev.tenantmigrator.internal.sql.rules.ScriptReader;
import dev.tenantmigrator.internal.sql.rules.SettingRules;
import dev.tenantmigrator.internal.sql.rules.Skeletons;
import dev.tenantmigrator.internal.sql.rules.StatementRules;
import dev.tenantmigrator.internal.sql.rules.StatementRules.Verdict;
import dev.tenantmigrator.internal.sql.rules.TransactionRules;
import dev.tenantmigrator.internal.sql.template.SchemaName;
import dev.tenantmigrator.internal.sql.template.Template;
import dev.tenantmigrator.report.ScriptNote;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The adapter used by default. Decides for each statement whether it runs, and turns its text into a template in which
 * only the tenant's schema is missing.
 */
public final class PublicSchemaAdapter implements SchemaAdapter {

    /** A schema for the notes, which are about the text outside of the gaps: any name but {@code public} will do. */
    static final String SAMPLE_SCHEMA = "tenant";

    private static final String STRINGS = "standard_conforming_strings";

    @Override
    public List<TenantScript> adaptForCreation(List<MigrationScript> scripts, SharedObjects shared) {
        return EnumLabels.reserve(scripts).scripts().stream()
                .map(script -> adapt(script, shared))
                .toList();
    }

    @Override
    public TenantScript adapt(MigrationScript script, SharedObjects shared) {
        List<Statement> statements = ScriptReader.read(script);
        if (statements.isEmpty()) {
            Skeletons.refuseUnedited(script);
        }
        refuseNonStandardStrings(script, statements);
        CodeChecks.Check otherSchemas = new OtherSchemaCheck(shared);
        CodeChecks inRoutines = new CodeChecks(otherSchemas, GrantRules::refusal);
        CodeChecks elsewhere =
                new CodeChecks(otherSchemas, GrantRules::refusal, CodeChecks::sessionLocks, SettingRules::dateStyle);
        List<Part> parts = ScriptParts.of(script, statements);
        // A routine's settings and locks concern the application that calls the routine later.
        CodeRewriter names = rewriter(shared, inRoutines, false);
        CodeRewriter namesAndSettings = rewriter(shared, elsewhere, true);
        NonTransactionalRewriter outside = new NonTransactionalRewriter(script, shared, elsewhere);
        List<Adapted> adapted = new ArrayList<>();
        for (Part part : parts.isEmpty() ? List.of(new Part(true, kept(statements))) : parts) {
            List<Statement> inPart = part.statements();
            boolean marked = part.transactional() && !parts.isEmpty();
            if (marked) {
                adapted.add(Adapted.as(script, ScriptParts.BEGIN, part.line()));
            }
            for (Statement statement : inPart) {
                AbsentObjects absent = AbsentObjects.in(statement, shared);
                if (absent.all()) {
                    Adapted.of(script, statement, namesAndSettings);
                    requireNothingFound(script, statement, elsewhere);
                    if (!parts.isEmpty()) {
                        adapted.add(Adapted.as(script, ScriptParts.LEFT_OUT, statement.line()));
                    }
                } else if (!part.transactional()) {
                    adapted.add(outside.adapted(statement));
                    requireNothingFound(script, statement, elsewhere);
                } else if (CopyFromStdin.is(statement)) {
                    adapted.addAll(CopyRewriter.adapt(
                            script, statement, namesAndSettings, sent -> requireNothingFound(script, sent, elsewhere)));
                } else {
                    boolean routine = statement.createsRoutine();
                    adapted.add(Adapted.of(script, statement, routine ? names : namesAndSettings, absent::leaveOut));
                    requireNothingFound(script, statement, routine ? inRoutines : elsewhere);
                }
            }
            if (marked) {
                adapted.add(Adapted.as(
                        script,
                        ScriptParts.COMMIT,
                        inPart.get(inPart.size() - 1).line()));
            }
            TransactionRules.requireSavepointsClosed(script, inPart);
        }
        return new AdaptedScript(
                List.copyOf(adapted), TransactionRules.isolationLevel(statements), script, shared, parts);
    }

    private static List<Statement> kept(List<Statement> statements) {
        return statements.stream()
                .filter(statement -> StatementRules.judge(statement) != Verdict.ABSORB)
                .toList();
    }

    private static CodeRewriter rewriter(SharedObjects shared, CodeChecks checks, boolean withSettings) {
        SchemaReferences references = new SchemaReferences(SchemaName.PUBLIC, shared);
        SearchPathRules path = SearchPathRules.of(SchemaName.PUBLIC, shared);
        List<Rule> rules = new ArrayList<>(List.of(checks, references));
        if (withSettings) {
            rules.add(path::toDefault);
        }
        rules.add(path::list);
        rules.add(path::setSchema);
        rules.add(references::keyword);
        rules.add(GrantRules.unqualifiedTargets(shared));
        rules.add(references::importTarget);
        if (withSettings) {
            rules.add(LocalSettings::set);
            rules.add(LocalSettings::reset);
            rules.add(LocalSettings::setConfig);
            rules.add(new TypeCatalogs(shared));
        }
        rules.add((tokens, token, out) -> path.setConfig(tokens, token, withSettings, out));
        rules.add(new LiteralRule(references));
        return new CodeRewriter(references, rules);
    }

    private static void requireNothingFound(MigrationScript script, Statement statement, CodeChecks checks) {
        checks.first().ifPresent(found -> {
            int offset = found.offsetIn(statement.tokens().source()).orElse(statement.start());
            throw new InvalidMigrationException(found.message(), script.location(), statement.lineAt(offset));
        });
    }

    /** Refuses code that may turn the setting off, because the server would then end strings elsewhere than the lexer. */
    private static void refuseNonStandardStrings(MigrationScript script, List<Statement> statements) {
        if (!Identifiers.fold(script.text()).contains(STRINGS)) {
            return;
        }
        for (Statement statement : statements) {
            String text = statement.text();
            if (!statement.startsWith("SET") && Identifiers.fold(text).contains(STRINGS)) {
                throw ScriptReader.invalid(script, statement, SettingRules.nonStandardStrings(statement));
            }
        }
    }

    /** A statement in which only the tenant's schema is missing. */
    record Adapted(Template template, int line, String location) {

        /** @throws InvalidMigrationException when the statement's code is nested too deep */
        static Adapted of(MigrationScript script, Statement statement, CodeRewriter rewriter) {
            return of(script, statement, rewriter, template -> {});
        }

        /** @param first makes changes before the rewriter does */
        static Adapted of(
                MigrationScript script, Statement statement, CodeRewriter rewriter, Consumer<Template.Builder> first) {
            Template.Builder template = new Template.Builder(statement.tokens().source(), statement.start());
            first.accept(template);
            try {
                rewriter.rewrite(statement, template);
            } catch (UnreadableSqlException e) {
                throw ScriptReader.invalid(script, e);
            }
            return new Adapted(template.build(statement.end()), statement.line(), script.location());
        }

        /** A statement of the library's own. */
        static Adapted as(MigrationScript script, String sql, int line) {
            return new Adapted(new Template.Builder(sql, 0).build(sql.length()), line, script.location());
        }

        /** @throws InvalidMigrationException when the schema's name does not fit the uses that the statement has for it */
        SqlStatement in(SchemaName schema) {
            try {
                return new SqlStatement(template.text(schema), line);
            } catch (IllegalArgumentException e) {
                throw new InvalidMigrationException(String.valueOf(e.getMessage()), location, line);
            }
        }
    }

    /** @param parts none when the script runs in one transaction */
    private record AdaptedScript(
            List<Adapted> statements,
            Optional<String> isolationLevel,
            MigrationScript script,
            SharedObjects shared,
            List<Part> parts)
            implements TenantScript {

        @Override
        public boolean transactional() {
            return parts.isEmpty();
        }

        @Override
        public List<SqlStatement> statements(String schema) {
            SchemaName name = new SchemaName(schema);
            return statements.stream().map(statement -> statement.in(name)).toList();
        }

        /** Made on demand: a deploy has no use for them. */
        @Override
        public List<ScriptNote> notes() {
            List<SqlStatement> adapted = statements(SAMPLE_SCHEMA);
            return ScriptNotes.of(script, adapted, shared, parts, KeptText.in(adapted));
        }
    }
}
