package dev.tenantmigrator.internal.sql.nontransactional;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.rules.ScriptDirective;
import dev.tenantmigrator.internal.sql.rules.ScriptReader;
import dev.tenantmigrator.internal.sql.rules.SettingRules;
import dev.tenantmigrator.internal.sql.rules.StatementRules;
import dev.tenantmigrator.internal.sql.rules.StatementRules.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Divides a script that cannot run in one transaction into parts: statements that PostgreSQL refuses in a transaction, and between
 * them transactions. A transaction also ends behind a label that is added and then used. A script that can run in one transaction has
 * no parts.
 */
public final class ScriptParts {

    /** The statements that, in an adapted script, stand around a part that is a transaction. */
    public static final String BEGIN = "BEGIN";

    public static final String COMMIT = "COMMIT";

    /** Stands, in such a script, for a statement that is left out, so that its part stays. It is not sent. */
    public static final String LEFT_OUT = "SELECT";

    /** Enough digits to notice an edit. */
    private static final int FINGERPRINT = 12;

    /**
     * A part of a script.
     *
     * @param statements in order; first the settings of the session that were set before the part
     */
    public record Part(boolean transactional, List<Statement> statements) {

        /** The line on which the part begins, settings aside. */
        public int line() {
            return statements.stream()
                    .filter(statement -> !isSetting(statement))
                    .findFirst()
                    .orElse(statements.get(0))
                    .line();
        }
    }

    /** A statement of a transaction. Statements of one explicit transaction have the number of its {@code BEGIN}, others 0. */
    private record InTransaction(Statement statement, int block) {}

    private final MigrationScript script;
    private final boolean declared;
    private final List<Part> parts = new ArrayList<>();
    private final List<Statement> settings = new ArrayList<>();
    private final List<InTransaction> transaction = new ArrayList<>();
    private final List<Statement> outside = new ArrayList<>();
    private final List<AddedLabels.Label> labels = new ArrayList<>();
    private boolean anyOutside;
    private int block;
    private int blocks;
    private Optional<Statement> keptInBlock = Optional.empty();
    private Optional<Statement> outsideInBlock = Optional.empty();

    private ScriptParts(MigrationScript script) {
        this.script = script;
        this.declared = ScriptDirective.read(script).noTransaction();
    }

    /**
     * Whether a script does not run in one transaction.
     *
     * @throws InvalidMigrationException when the script cannot be read to its end, or must not run
     */
    public static boolean isDivided(MigrationScript script) {
        return !of(script, ScriptReader.read(script)).isEmpty();
    }

    /**
     * The parts of a script that cannot run in one transaction; none when it can.
     *
     * @throws InvalidMigrationException when a statement must not run, or a part needs what ends with an earlier one
     */
    public static List<Part> of(MigrationScript script, List<Statement> statements) {
        ScriptParts reading = new ScriptParts(script);
        for (Statement statement : statements) {
            Verdict verdict = StatementRules.judge(statement);
            if (verdict instanceof Verdict.Refuse refusal) {
                throw ScriptReader.invalid(script, statement, refusal);
            } else if (verdict == Verdict.ABSORB) {
                reading.absorbed(statement);
            } else {
                reading.add(statement);
            }
        }
        return reading.parts();
    }

    /**
     * Checksums of the first parts of a script, by the number of these parts, from none to all. One changes when a statement in these
     * parts does.
     */
    public static List<String> fingerprints(MigrationScript script) {
        StringBuilder text = new StringBuilder();
        List<String> fingerprints = new ArrayList<>(List.of(fingerprint(script, text)));
        for (Part part : of(script, ScriptReader.read(script))) {
            part.statements.forEach(
                    statement -> text.append(statement.tokens().source(), statement.start(), statement.end())
                            .append(";\n"));
            fingerprints.add(fingerprint(script, text));
        }
        return List.copyOf(fingerprints);
    }

    private static String fingerprint(MigrationScript script, StringBuilder text) {
        return MigrationScript.of(script.location(), text.toString()).checksum().substring(0, FINGERPRINT);
    }

    private void absorbed(Statement statement) {
        if (statement.startsWith("BEGIN") || statement.startsWith("START")) {
            block = ++blocks;
        } else if (statement.startsWith("COMMIT") || statement.startsWith("END")) {
            block = 0;
        } else {
            return;
        }
        keptInBlock = Optional.empty();
        outsideInBlock = Optional.empty();
    }

    private void add(Statement statement) {
        boolean refused = NonTransactionalStatement.of(script, statement)
                .filter(known -> known.always() || declared)
                .isPresent();
        if (refused) {
            anyOutside = true;
            outsideInBlock = Optional.of(statement);
            refuseInBlock(statement, keptInBlock);
            endTransaction(Optional.of(statement));
            if (outside.isEmpty()) {
                settings.stream().filter(setting -> !setsSearchPath(setting)).forEach(outside::add);
            }
            outside.add(statement);
        } else if (isSetting(statement)) {
            settings.add(statement);
            if (!outside.isEmpty() && !setsSearchPath(statement)) {
                outside.add(statement);
            } else if (!transaction.isEmpty()) {
                transaction.add(new InTransaction(statement, block));
            }
        } else {
            refuseInBlock(statement, outsideInBlock);
            keptInBlock = Optional.of(statement);
            endOutside();
            beginTransaction();
            if (AddedLabels.usedBy(statement, labels)) {
                endBehindLabel();
            }
            transaction.add(new InTransaction(statement, block));
            AddedLabels.addedBy(statement).ifPresent(labels::add);
        }
    }

    /** An explicit transaction that holds both kinds of statements asks for the impossible, in psql too. */
    private void refuseInBlock(Statement statement, Optional<Statement> other) {
        if (block != 0 && other.isPresent()) {
            throw invalid(
                    "BEGIN asks for one transaction that holds this statement and the one on line "
                            + other.get().line() + ", and PostgreSQL refuses one of the two there; end the transaction"
                            + " between them with COMMIT",
                    statement);
        }
    }

    private void beginTransaction() {
        if (transaction.isEmpty()) {
            settings.forEach(setting -> transaction.add(new InTransaction(setting, 0)));
        }
    }

    /**
     * Ends the transaction behind the last statement that adds a label, and not within an explicit transaction. A label that the
     * current explicit transaction has added stays in it: the author asked for that.
     */
    private void endBehindLabel() {
        int end = 0;
        for (int i = 0; i < transaction.size(); i++) {
            InTransaction kept = transaction.get(i);
            boolean adds = AddedLabels.addedBy(kept.statement).isPresent();
            if (adds && (kept.block == 0 || kept.block != block)) {
                end = i + 1;
            }
        }
        if (end == 0) {
            return;
        }
        while (end < transaction.size()
                && transaction.get(end).block != 0
                && transaction.get(end).block == transaction.get(end - 1).block) {
            end++;
        }
        List<InTransaction> rest = List.copyOf(transaction.subList(end, transaction.size()));
        List<Statement> set = transaction.subList(0, end).stream()
                .map(InTransaction::statement)
                .filter(ScriptParts::isSetting)
                .toList();
        parts.add(new Part(true, statements(transaction.subList(0, end))));
        transaction.clear();
        labels.clear();
        set.forEach(setting -> transaction.add(new InTransaction(setting, 0)));
        for (InTransaction kept : rest) {
            transaction.add(kept);
            AddedLabels.addedBy(kept.statement).ifPresent(labels::add);
        }
    }

    private void endTransaction(Optional<Statement> next) {
        List<Statement> statements = statements(transaction);
        Optional<Statement> local =
                statements.stream().filter(set -> !isSetting(set)).findFirst();
        boolean works = statements.stream().anyMatch(kept -> !isSetting(kept) && !kept.startsWith("SET"));
        if (next.isPresent() && local.isPresent() && !works) {
            throw invalid(
                    "this holds until its transaction ends, which is before line "
                            + next.get().line() + ", and so has no effect; write SET without LOCAL, or remove it",
                    local.get());
        }
        if (local.isPresent()) {
            parts.add(new Part(true, statements));
        }
        transaction.clear();
        labels.clear();
    }

    private void endOutside() {
        if (!outside.isEmpty()) {
            parts.add(new Part(false, List.copyOf(outside)));
            outside.clear();
        }
    }

    private List<Part> parts() {
        endOutside();
        endTransaction(Optional.empty());
        if (declared && !anyOutside && !parts.isEmpty()) {
            throw invalid(
                    "the first comment says no-transaction, but this statement can run in a transaction; remove the"
                            + " comment, or put the statement into a migration of its own",
                    parts.get(0).statements.get(0));
        }
        if (!anyOutside && parts.size() < 2) {
            return List.of();
        }
        LostBetweenParts.refuse(script, parts);
        return List.copyOf(parts);
    }

    /** The library itself sets the search path of statements outside of a transaction, whose names are qualified. */
    private static boolean setsSearchPath(Statement statement) {
        StatementCursor cursor = statement.cursor();
        cursor.takeAny("SET", "RESET");
        cursor.take("SESSION");
        return List.of("search_path", "schema").contains(SettingRules.settingName(cursor));
    }

    /** {@code SET} or {@code RESET} of a setting, which psql would keep until its session ends. */
    public static boolean isSetting(Statement statement) {
        StatementCursor cursor = statement.cursor();
        if (cursor.take("RESET")) {
            return true;
        }
        return cursor.take("SET") && !cursor.take("LOCAL") && !cursor.take("CONSTRAINTS");
    }

    /** Whether a statement, as it is sent, is such a setting. */
    public static boolean isSetting(String sql) {
        try {
            return NonTransactionalStatement.statement(sql)
                    .filter(ScriptParts::isSetting)
                    .isPresent();
        } catch (UnreadableSqlException e) {
            return false;
        }
    }

    private static List<Statement> statements(List<InTransaction> transaction) {
        return transaction.stream().map(InTransaction::statement).toList();
    }

    private InvalidMigrationException invalid(String message, Statement statement) {
        return new InvalidMigrationException(message, script.location(), statement.line());
    }
}
