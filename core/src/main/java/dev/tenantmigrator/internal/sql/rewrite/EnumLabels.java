package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.lex.Identifiers;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.rules.ScriptReader;
import dev.tenantmigrator.internal.sql.rules.TransactionRules;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.SchemaName;
import dev.tenantmigrator.internal.sql.template.Template;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Reserves the labels that later statements add to an enum. A tenant is created in one transaction, in which an added label
 * cannot be used (55P04), but a renamed one can. So the statement that creates the type gets a placeholder where the label
 * will be, and {@code ADD VALUE} becomes {@code RENAME VALUE}. The statement runs where it ran before, under the conditions
 * of its block.
 *
 * <p>The scripts are read in the order of their text, as if no condition, handler or dynamic SQL changed their course. So
 * the result holds only if the labels turn out as {@link #expected} says.
 */
public final class EnumLabels {

    /** The beginning of each placeholder; its number follows. */
    public static final String PLACEHOLDER = "tenant_migrator_label_";

    /** A comment behind {@code ALTER} that marks a label which must not be reserved. */
    private static final String AS_WRITTEN = "/* tenant_migrator: as written */";

    /**
     * A handler before those of a block, so that none of them hides the use of a label that is not reserved. Only a creation
     * refuses that use; files that are deployed one by one may use the label.
     */
    private static final String RAISE_UNSAFE_USE = " WHEN SQLSTATE '55P04' THEN RAISE;";

    private static final Pattern ADD = Pattern.compile("\\badd\\s+value\\b");

    private final Set<Integer> toMark;
    private final Map<String, EnumType> types = new HashMap<>();
    private final Set<String> names = new TreeSet<>();
    private final List<EnumType> created = new ArrayList<>();
    private final LabelReaders readers = new LabelReaders();
    private final List<MigrationScript> scripts = new ArrayList<>();
    private final List<List<Expected>> expected = new ArrayList<>();
    private final Set<EnumType> extended = new HashSet<>();
    private final List<Runnable> toRaise = new ArrayList<>();
    private int number;
    private int added;

    /** The enums whose labels something reads whenever it runs, such as a trigger; also those that are created later. */
    private LabelReaders.Reading closed = LabelReaders.Reading.NONE;

    private EnumLabels(Set<Integer> toMark) {
        this.toMark = toMark;
    }

    /**
     * The labels of an enum behind a script that adds some.
     *
     * @param labels all of them in order, placeholders left out
     * @param reserved the numbers of the placeholders that are labels by now
     */
    public record Expected(String type, List<String> labels, Set<Integer> reserved) {}

    /** Reserves labels in scripts that run one after the other in one transaction. */
    public static EnumLabels reserve(List<MigrationScript> scripts) {
        return read(scripts, Set.of());
    }

    /** The scripts with marks, for which {@link #reserve} leaves the labels with these numbers as they are written. */
    public static List<MigrationScript> asWritten(List<MigrationScript> scripts, Set<Integer> numbers) {
        return numbers.isEmpty() ? scripts : read(scripts, numbers).scripts;
    }

    private static EnumLabels read(List<MigrationScript> scripts, Set<Integer> toMark) {
        EnumLabels labels = new EnumLabels(toMark);
        List<Template.Builder> edits = new ArrayList<>();
        for (MigrationScript script : scripts) {
            String text = script.text();
            Template.Builder out = new Template.Builder(text, 0);
            labels.follow(script, text, out);
            labels.expected.add(labels.endScript());
            edits.add(out);
        }
        if (toMark.isEmpty()) {
            labels.created.forEach(EnumType::reserve);
            if (labels.added > labels.all().size()) {
                labels.toRaise.forEach(Runnable::run);
            }
        }
        for (int i = 0; i < scripts.size(); i++) {
            MigrationScript script = scripts.get(i);
            String before = script.text();
            String text = edits.get(i).build(before.length()).text();
            labels.scripts.add(text.equals(before) ? script : MigrationScript.of(script.location(), text));
        }
        return labels;
    }

    /** The scripts with reserved labels, in the given order. Lines stay where they are. */
    public List<MigrationScript> scripts() {
        return scripts;
    }

    /** The enums to which a script adds reserved labels, as they are behind the script. */
    public List<Expected> expected(int script) {
        return expected.get(script);
    }

    /** The names that the enums of the scripts have and had. */
    public Set<String> names() {
        return names;
    }

    /** The reservations of the type that has this one. */
    public Set<Integer> ofSameType(int reservation) {
        return created.stream()
                .map(EnumType::reserved)
                .filter(numbers -> numbers.contains(reservation))
                .findFirst()
                .orElse(Set.of());
    }

    /** All reservations. */
    public Set<Integer> all() {
        Set<Integer> all = new TreeSet<>();
        created.forEach(type -> all.addAll(type.reserved()));
        return all;
    }

    private void follow(MigrationScript script, String text, Edits out) {
        String folded = Identifiers.fold(text);
        added += (int) ADD.matcher(folded).results().count();
        if (!folded.contains("type") && !folded.contains("exception") && !readers.mayBeIn(folded)) {
            return;
        }
        List<Statement> statements;
        try {
            statements = ScriptReader.read(script);
        } catch (InvalidMigrationException e) {
            // The adapter refuses the script, unless it is one of the host's own, for another syntax.
            return;
        }
        Set<Statement> undone = TransactionRules.undone(statements);
        for (Statement statement : statements) {
            LabelReaders.Reading before = closed;
            closed = closed.and(readers.read(statement).of(types.keySet()));
            types.forEach(this::fixIfClosed);
            if (statement.startsWith("DO") && !undone.contains(statement)) {
                BlockCode.of(statement, out).ifPresent(this::followBlock);
            } else if (!undone.contains(statement)) {
                followType(statement, false, out);
            }
            if (LabelReaders.runsOnce(statement)) {
                closed = before;
            }
        }
    }

    private void fixIfClosed(String name, EnumType type) {
        if (closed.covers(name)) {
            type.fix();
        }
    }

    private void followBlock(BlockCode code) {
        int loops = 0;
        for (Statement statement : code.statements()) {
            Tokens tokens = statement.tokens();
            for (int token = statement.from(); token < statement.to(); token = tokens.next(token)) {
                if (tokens.isWord(token, "LOOP")) {
                    loops += tokens.isWord(tokens.previous(token), "END") ? -1 : 1;
                } else if (tokens.isWord(token, "EXCEPTION") && tokens.isWord(tokens.next(token), "WHEN")) {
                    int handlers = tokens.end(token);
                    toRaise.add(() -> code.out().replace(handlers, handlers, RAISE_UNSAFE_USE));
                } else if (TokenContext.isAnyWord(tokens, token, "CREATE", "ALTER", "DROP")
                        && tokens.isWord(tokens.next(token), "TYPE")
                        && TokenContext.beginsStatement(tokens, token)) {
                    followType(new Statement(tokens, token, statement.to(), statement.line()), loops > 0, code.out());
                    break;
                }
            }
        }
    }

    /** @param repeated whether the statement may run more than once, or in another order than that of the text */
    private void followType(Statement statement, boolean repeated, Edits out) {
        StatementCursor cursor = statement.cursor();
        if (cursor.take("CREATE", "TYPE")) {
            typeName(cursor).filter(name -> !repeated).ifPresent(name -> create(name, cursor, statement.tokens(), out));
        } else if (cursor.take("DROP", "TYPE")) {
            cursor.take("IF", "EXISTS");
            do {
                typeName(cursor).ifPresent(types::remove);
            } while (cursor.takeSymbol(','));
        } else if (cursor.take("ALTER", "TYPE")) {
            String name = typeName(cursor).orElse("");
            if (cursor.take("ADD", "VALUE")) {
                number++;
                mark(statement, out);
                known(name)
                        .filter(type -> !isMarked(statement))
                        .ifPresent(type -> add(type, statement, cursor, repeated, out));
            } else {
                known(name).ifPresent(type -> alter(name, type, cursor, statement.tokens()));
            }
        }
    }

    private void create(String name, StatementCursor cursor, Tokens tokens, Edits out) {
        // A type that is there already stays: its creation is in a block that asks for it, or handles the error.
        if (!types.containsKey(name) && cursor.take("AS", "ENUM")) {
            EnumType.create(cursor, tokens, out).ifPresent(type -> {
                types.put(name, type);
                names.add(name);
                created.add(type);
                fixIfClosed(name, type);
            });
        }
    }

    private void alter(String name, EnumType type, StatementCursor cursor, Tokens tokens) {
        if (cursor.take("RENAME", "TO")) {
            types.remove(name);
            String renamed = cursor.takeName();
            types.put(renamed, type);
            names.add(renamed);
            readers.rename(name, renamed);
        } else if (cursor.take("SET", "SCHEMA") && !cursor.takeName().equals(SchemaName.PUBLIC)) {
            types.remove(name);
        } else if (cursor.take("RENAME", "VALUE")) {
            type.rename(cursor, tokens);
        }
    }

    private Optional<EnumType> known(String name) {
        return Optional.ofNullable(types.get(name));
    }

    private void mark(Statement statement, Edits out) {
        if (toMark.contains(number)) {
            int alter = statement.tokens().end(statement.from());
            out.replace(alter, alter, AS_WRITTEN);
        }
    }

    private static boolean isMarked(Statement statement) {
        return statement.tokens().text(statement.from() + 1).equals(AS_WRITTEN);
    }

    private void add(EnumType type, Statement statement, StatementCursor cursor, boolean repeated, Edits out) {
        Tokens tokens = statement.tokens();
        int add = tokens.previous(tokens.previous(cursor.token()));
        Optional<Integer> label = type.add(cursor, tokens, number, !repeated);
        if (label.isPresent() && toMark.isEmpty()) {
            extended.add(type);
            int end = tokens.end(label.get());
            String placeholder = Sql.literal(EnumType.placeholder(number));
            out.replace(tokens.start(add), tokens.start(label.get()), "RENAME VALUE " + placeholder + " TO ");
            if (end < statement.end()) {
                out.replace(end, statement.end(), "");
            }
        }
    }

    /** Takes the name of a type; empty when the type is not the tenant's. */
    private static Optional<String> typeName(StatementCursor cursor) {
        String name = cursor.takeName();
        if (!cursor.takeSymbol('.')) {
            return Optional.of(name);
        }
        String object = cursor.takeName();
        return name.equals(SchemaName.PUBLIC) ? Optional.of(object) : Optional.empty();
    }

    private List<Expected> endScript() {
        List<Expected> checks = new ArrayList<>();
        types.forEach((name, type) -> {
            if (extended.contains(type)) {
                checks.add(new Expected(name, type.labels(), Set.copyOf(type.reserved())));
            }
        });
        extended.clear();
        return checks;
    }
}
