package dev.tenantmigrator.internal.sql.advice;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.sql.lex.Identifiers;
import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.nontransactional.ScriptParts;
import dev.tenantmigrator.internal.sql.nontransactional.ScriptParts.Part;
import dev.tenantmigrator.internal.sql.rules.AbsentObjects;
import dev.tenantmigrator.internal.sql.rules.IfExists;
import dev.tenantmigrator.internal.sql.rules.ScriptReader;
import dev.tenantmigrator.internal.sql.rules.StatementRules;
import dev.tenantmigrator.internal.sql.rules.StatementRules.Verdict;
import dev.tenantmigrator.internal.sql.template.SchemaName;
import dev.tenantmigrator.report.ScriptNote;
import dev.tenantmigrator.report.ScriptNote.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The notes on an adapted script: the statements that do not run, the places that still say {@code public}, and the costs
 * for others who use the tables.
 */
public final class ScriptNotes {

    /** The length of an excerpt: enough to recognize a statement, short enough for one line in a terminal. */
    private static final int SHOWN = 40;

    private final SharedObjects shared;
    private final String written;
    private final List<ScriptNote> notes = new ArrayList<>();

    private ScriptNotes(SharedObjects shared, String written) {
        this.shared = shared;
        this.written = written;
    }

    /**
     * The notes of a script, in the order of its lines.
     *
     * @param adapted the script's statements, adapted to a schema that is not called {@code public}
     * @param parts of a script that does not run in one transaction
     * @param uncertain notes on texts, which need no second note
     */
    public static List<ScriptNote> of(
            MigrationScript script,
            List<SqlStatement> adapted,
            SharedObjects shared,
            List<Part> parts,
            List<ScriptNote> uncertain) {
        ScriptNotes notes = new ScriptNotes(shared, script.text());
        StatementAdvice advice = new StatementAdvice();
        Set<Integer> outside = notes.parts(parts);
        for (Statement statement : ScriptReader.read(script)) {
            notes.absent(statement);
            if (StatementRules.judge(statement) == Verdict.ABSORB) {
                notes.absorbed(statement);
            } else if (!outside.contains(statement.from())
                    && !AbsentObjects.in(statement, shared).all()) {
                notes.notes.addAll(advice.next(statement));
            }
        }
        adapted.forEach(notes::leftAlone);
        notes.notes.removeIf(
                note -> uncertain.stream().anyMatch(other -> other.message().startsWith(note.message())));
        notes.notes.addAll(uncertain);
        notes.notes.sort(Comparator.comparingInt(ScriptNote::line));
        return List.copyOf(notes.notes);
    }

    /** Notes on the parts; returns the first tokens of the statements that run outside of a transaction. */
    private Set<Integer> parts(List<Part> parts) {
        Set<Integer> outside = new HashSet<>();
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            String number = parts.size() == 1 ? "" : "part " + (i + 1) + " of " + parts.size() + ": ";
            if (part.transactional()) {
                boolean label = i + 1 < parts.size() && parts.get(i + 1).transactional();
                note(
                        part.line(),
                        number + "runs in a transaction of its own, which keeps what it did when a later part fails"
                                + (label ? ", because a later statement uses a label that it adds" : ""));
                continue;
            }
            for (Statement statement : part.statements()) {
                outside.add(statement.from());
                if (ScriptParts.isSetting(statement)) {
                    continue;
                }
                note(
                        statement.line(),
                        number
                                + "runs outside of a transaction; after a crash the next run continues with it. A concurrent"
                                + " operation waits for every open transaction, without limit unless the file sets a"
                                + " lock_timeout");
            }
        }
        return outside;
    }

    private void note(int line, String message) {
        notes.add(new ScriptNote(Kind.NOT_TRANSACTIONAL, line, message));
    }

    private void absorbed(Statement statement) {
        String text = statement.tokens().source().substring(statement.start(), statement.end());
        String why = switch (statement.tokens().name(statement.from())) {
            case "begin", "start", "commit", "end" -> "the library begins and ends the migration's transaction";
            case "set", "reset" -> "the library sets this for every migration";
            case "drop" ->
                "the extension belongs to the database, and other tenants use it; drop it there when none does";
            case "alter" -> "the extension belongs to the database; update it there before this migration";
            default ->
                statement.startsWith("CREATE", "SCHEMA")
                        ? "the tenant's schema exists already"
                        : "extensions are provided once per database";
        };
        notes.add(new ScriptNote(Kind.ABSORBED, statement.line(), excerpt(text) + " does not run: " + why));
    }

    private void leftAlone(SqlStatement statement) {
        try {
            Tokens tokens = Lexer.lex(statement.sql());
            Set<String> found = new TreeSet<>();
            look(tokens, grants(tokens), 0, found);
            found.forEach(message -> notes.add(new ScriptNote(Kind.LEFT_ALONE, statement.line(), message)));
        } catch (UnreadableSqlException e) {
            throw new IllegalStateException("adapted SQL cannot be read", e);
        }
    }

    private void absent(Statement statement) {
        if (!shared.absentSchemas().isEmpty()) {
            Set<String> found = new TreeSet<>();
            absent(Lexer.lexFragment(statement.text()), 0, found);
            found.forEach(message -> notes.add(new ScriptNote(Kind.LEFT_ALONE, statement.line(), message)));
        }
    }

    /** The schemas that {@code IF EXISTS} names and the database does not have. */
    private void absent(Tokens tokens, int depth, Set<String> found) {
        if (depth > Statement.MAX_NESTING) {
            return;
        }
        for (int token = tokens.next(-1); token < tokens.count(); token = tokens.next(token)) {
            if (tokens.kind(token) == TokenKind.DOLLAR_STRING) {
                String body = tokens.source().substring(tokens.contentStart(token), tokens.contentEnd(token));
                absent(Lexer.lexFragment(body), depth + 1, found);
            } else if (tokens.isIdentifier(token)
                    && AbsentObjects.isAbsent(tokens.name(token), shared)
                    && IfExists.guardsSchema(tokens, token)) {
                found.add("nothing is done in the schema " + tokens.name(token) + ": there is none of this name");
            }
        }
    }

    private static boolean grants(Tokens tokens) {
        int first = tokens.next(-1);
        return tokens.isWord(first, "GRANT")
                || tokens.isWord(first, "REVOKE")
                || (tokens.isWord(first, "ALTER") && tokens.isWord(tokens.next(first), "DEFAULT"))
                || tokens.isWord(tokens.next(first), "POLICY")
                || tokens.isWord(tokens.next(first), "USER");
    }

    private void look(Tokens tokens, boolean grants, int depth, Set<String> found) throws UnreadableSqlException {
        for (int token = tokens.next(-1); token < tokens.count(); token = tokens.next(token)) {
            switch (tokens.kind(token)) {
                case STRING -> string(tokens.text(token), found);
                case DOLLAR_STRING -> body(tokens, token, depth, found);
                case WORD, QUOTED_IDENTIFIER -> name(tokens, token, grants, found);
                default -> {}
            }
        }
    }

    /** A string that is not in the original script was adapted, but strings inside of it may still say {@code public}. */
    private void string(String text, Set<String> found) {
        if (!Identifiers.fold(text).contains(SchemaName.PUBLIC)) {
            return;
        }
        if (written.contains(text)) {
            found.add(textStays(text));
            return;
        }
        String content = text.substring(text.indexOf('\'') + 1, text.length() - 1);
        Tokens code = Lexer.lexFragment(content.replace("''", "'"));
        for (int token = code.next(-1); token < code.count(); token = code.next(token)) {
            if (code.kind(token) == TokenKind.STRING) {
                string(code.text(token), found);
            }
        }
    }

    /** A body that cannot be read as code counts as text. */
    private void body(Tokens tokens, int token, int depth, Set<String> found) throws UnreadableSqlException {
        if (!Identifiers.fold(tokens.text(token)).contains(SchemaName.PUBLIC) || depth > Statement.MAX_NESTING) {
            return;
        }
        Tokens code;
        try {
            code = Lexer.lex(tokens.source(), tokens.contentStart(token), tokens.contentEnd(token));
        } catch (UnreadableSqlException e) {
            string(tokens.text(token), found);
            return;
        }
        look(code, true, depth + 1, found);
    }

    private void name(Tokens tokens, int token, boolean grants, Set<String> found) {
        int dot = tokens.next(token);
        boolean qualifies = tokens.isSymbol(dot, '.');
        String name = tokens.name(token);
        if (qualifies && !tokens.isSymbol(tokens.previous(token), '.')) {
            String object = tokens.name(tokens.next(dot));
            if (shared.schemas().contains(name)) {
                found.add(name + "." + object + " stays: the schema " + name + " is allowed by name");
            } else if (name.equals(shared.sharedSchema())
                    && shared.schemaOf(object).isPresent()) {
                found.add(name + "." + object + " stays: "
                        + (shared.names().contains(object) ? "a shared object" : "an extension's object"));
            } else if (name.equals(SchemaName.PUBLIC)) {
                found.add(name + "." + object + " stays: it names no schema here");
            }
        } else if (name.equals(SchemaName.PUBLIC) && TokenContext.wordBefore(tokens, token, "SEARCH_PATH") < 0) {
            found.add(
                    grants && tokens.kind(token) == TokenKind.WORD
                            ? "PUBLIC stays: the role of everyone"
                            : "the name public stays: it names no schema here");
        }
    }

    /** The message for a text that is unchanged. */
    public static String textStays(String text) {
        return "the text " + excerpt(text) + " stays as it is";
    }

    private static String excerpt(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
    }
}
