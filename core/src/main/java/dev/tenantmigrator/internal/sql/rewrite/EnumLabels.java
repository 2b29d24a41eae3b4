package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.Identifiers;
import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Splitter;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.rewrite.CodeRewriter.Rule;
import dev.tenantmigrator.internal.sql.rewrite.EnumType.Place;
import dev.tenantmigrator.internal.sql.rules.TransactionRules;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.SchemaName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The rule that moves labels which later migrations add to an enum into the statement that creates the enum. Creating a
 * tenant is one transaction, in which an added label often cannot be used (55P04): before PostgreSQL 17 once the type was
 * renamed or altered, from 17 on wherever a savepoint is open, as in every creation. Statements stay as they are unless
 * following the text is certain to give the same labels.
 */
final class EnumLabels implements Rule {

    private final Map<String, EnumType> types = new HashMap<>();
    private final Map<Place, String> insertions = new HashMap<>();
    private final Set<Statement> folded = new HashSet<>();
    private final Map<Place, Statement> foldedInBlocks = new HashMap<>();

    /** The rule for scripts that run one after the other in one transaction. */
    static EnumLabels fold(List<List<Statement>> scripts) {
        EnumLabels labels = new EnumLabels();
        boolean straight = scripts.stream()
                .flatMap(List::stream)
                .allMatch(statement -> TransactionRules.rolledBackTo(statement).isEmpty());
        if (straight) {
            scripts.forEach(script -> script.forEach(labels::follow));
        }
        return labels;
    }

    /** A rule that changes nothing. */
    static EnumLabels none() {
        return new EnumLabels();
    }

    /** Whether a statement has nothing left to do, because its label was moved. */
    boolean isFolded(Statement statement) {
        return folded.contains(statement);
    }

    @Override
    public boolean apply(Tokens tokens, int token, Edits out) {
        if (insertions.isEmpty() && foldedInBlocks.isEmpty()) {
            return false;
        }
        Place place = Place.of(tokens, token);
        Statement inBlock = foldedInBlocks.get(place);
        if (inBlock != null) {
            out.replace(tokens.start(token), tokens.end(token), tokens.start(token) == inBlock.start() ? "NULL" : "");
            return true;
        }
        String added = insertions.get(place);
        if (added != null) {
            out.replace(tokens.end(token), tokens.end(token), added);
        }
        return added != null;
    }

    private void follow(Statement statement) {
        if (statement.startsWith("DO")) {
            followBlock(statement);
        } else if (followType(statement)) {
            folded.add(statement);
        }
    }

    private void followBlock(Statement statement) {
        Tokens tokens = statement.tokens();
        for (int token = statement.from(); token < statement.to(); token++) {
            if (tokens.kind(token) == TokenKind.DOLLAR_STRING) {
                try {
                    followBody(Splitter.split(
                            Lexer.lex(tokens.source(), tokens.contentStart(token), tokens.contentEnd(token))));
                } catch (UnreadableSqlException e) {
                    types.clear();
                }
            } else if (tokens.kind(token) == TokenKind.STRING) {
                types.clear();
            }
        }
    }

    private void followBody(List<Statement> body) {
        boolean conditional = body.stream().anyMatch(EnumLabels::isConditional);
        for (Statement statement : body) {
            int from = statement.from();
            while (statement.tokens().isWord(from, "BEGIN")) {
                from = statement.tokens().next(from);
            }
            Statement inner = new Statement(statement.tokens(), from, statement.to(), statement.line());
            boolean followed = !conditional && from < inner.to() && isAboutType(inner);
            if (!followed) {
                forgetNamed(statement);
            } else if (followType(inner)) {
                for (int token = inner.from();
                        token < inner.to();
                        token = inner.tokens().next(token)) {
                    foldedInBlocks.put(Place.of(inner.tokens(), token), inner);
                }
            }
        }
    }

    private static boolean isAboutType(Statement statement) {
        return statement.startsWith("CREATE", "TYPE")
                || statement.startsWith("ALTER", "TYPE")
                || statement.startsWith("DROP", "TYPE");
    }

    /** Whether the block may skip or repeat some of its statements. */
    private static boolean isConditional(Statement statement) {
        Tokens tokens = statement.tokens();
        for (int token = statement.from(); token < statement.to(); token++) {
            boolean begins = TokenContext.isAnyWord(tokens, token, "IF", "CASE", "EXECUTE")
                    && TokenContext.beginsStatement(tokens, token);
            if (begins || tokens.isWord(token, "LOOP")) {
                return true;
            }
        }
        return false;
    }

    /** Stops following the types that are named in code which may or may not run. */
    private void forgetNamed(Statement statement) {
        Tokens tokens = statement.tokens();
        String code = Identifiers.fold(tokens.source().substring(statement.start(), statement.end()));
        if (!code.contains("type")) {
            return;
        }
        types.forEach((name, type) -> {
            if (code.contains(Identifiers.fold(name))) {
                type.fix();
            }
        });
    }

    /** Follows the effect of a statement on enums; returns whether it was moved to the creation of the type. */
    private boolean followType(Statement statement) {
        StatementCursor cursor = statement.cursor();
        if (cursor.take("CREATE", "TYPE")) {
            create(cursor, statement);
        } else if (cursor.take("DROP", "TYPE")) {
            cursor.take("IF", "EXISTS");
            do {
                typeName(cursor).ifPresent(types::remove);
            } while (cursor.takeSymbol(','));
        } else if (cursor.take("ALTER", "TYPE")) {
            String name = typeName(cursor).orElse("");
            EnumType type = types.get(name);
            return type != null && alter(name, type, cursor, statement.tokens());
        }
        return false;
    }

    private void create(StatementCursor cursor, Statement statement) {
        Optional<String> name = typeName(cursor);
        if (name.isEmpty()) {
            return;
        }
        types.remove(name.get());
        if (cursor.take("AS", "ENUM")) {
            EnumType.create(cursor, statement.tokens()).ifPresent(type -> types.put(name.get(), type));
        }
    }

    private boolean alter(String name, EnumType type, StatementCursor cursor, Tokens tokens) {
        if (cursor.take("RENAME", "TO")) {
            types.remove(name);
            types.put(cursor.takeName(), type);
        } else if (cursor.take("SET", "SCHEMA")) {
            types.remove(name);
        } else if (cursor.take("RENAME", "VALUE")) {
            type.rename(cursor, tokens);
        } else if (cursor.take("ADD", "VALUE")) {
            boolean added = type.add(cursor, tokens);
            insertions.putAll(type.insertions());
            return added;
        }
        return false;
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
}
