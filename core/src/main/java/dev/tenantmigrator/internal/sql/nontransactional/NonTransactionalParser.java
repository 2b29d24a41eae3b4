package dev.tenantmigrator.internal.sql.nontransactional;

import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.nontransactional.NonTransactionalStatement.Kind;
import dev.tenantmigrator.internal.sql.nontransactional.NonTransactionalStatement.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Parses the statements that PostgreSQL refuses inside a transaction block (PostgreSQL documentation, the notes of each
 * command). Reads them to their end, because an overlooked name would not get the tenant's schema.
 */
final class NonTransactionalParser {

    private final Statement statement;
    private final Tokens tokens;
    private final StatementCursor cursor;
    private Optional<Integer> concurrently = Optional.empty();

    NonTransactionalParser(Statement statement) {
        this.statement = statement;
        this.tokens = statement.tokens();
        this.cursor = statement.cursor();
    }

    Optional<NonTransactionalStatement> parse() throws UnreadableSqlException {
        if (cursor.take("CREATE")) {
            cursor.take("UNIQUE");
            return cursor.take("INDEX") && takeConcurrently() ? Optional.of(createIndex()) : Optional.empty();
        }
        if (cursor.take("DROP")) {
            return cursor.take("INDEX") && takeConcurrently() ? Optional.of(dropIndex()) : Optional.empty();
        }
        if (cursor.take("ALTER")) {
            return alter();
        }
        if (cursor.take("REINDEX")) {
            return reindex();
        }
        if (cursor.take("VACUUM")) {
            return Optional.of(vacuum());
        }
        if (cursor.take("CLUSTER")) {
            return Optional.of(cluster());
        }
        if (cursor.take("CALL")) {
            return Optional.of(of(Kind.CODE, List.of(), false, false));
        }
        return cursor.take("DO")
                ? Optional.of(of(Kind.CODE, List.of(), CommitInBlock.commits(statement), false))
                : Optional.empty();
    }

    private NonTransactionalStatement createIndex() throws UnreadableSqlException {
        boolean conditional = cursor.take("IF", "NOT", "EXISTS");
        if (tokens.isWord(cursor.token(), "ON")) {
            throw refused("an index that is built concurrently needs a name: after a crash it could not be found"
                    + " again, and a second one would be built; name it");
        }
        Name index = name();
        if (index.schema().isPresent() || !cursor.take("ON")) {
            throw unread();
        }
        cursor.take("ONLY");
        return of(Kind.CREATE_INDEX, List.of(index, name()), true, conditional);
    }

    private NonTransactionalStatement dropIndex() throws UnreadableSqlException {
        boolean conditional = cursor.take("IF", "EXISTS");
        Name index = name();
        if (tokens.isSymbol(cursor.token(), ',')) {
            throw refused("PostgreSQL drops one index at a time concurrently; write one statement for each");
        }
        if (cursor.take("CASCADE")) {
            throw refused("PostgreSQL does not drop an index concurrently with CASCADE; remove CASCADE");
        }
        cursor.take("RESTRICT");
        return toEnd(of(Kind.DROP_INDEX, List.of(index), true, conditional));
    }

    private Optional<NonTransactionalStatement> alter() throws UnreadableSqlException {
        if (!cursor.take("TABLE")) {
            return Optional.empty();
        }
        boolean conditional = cursor.take("IF", "EXISTS");
        cursor.take("ONLY");
        Optional<Name> parent = takeDottedName();
        if (!cursor.atEnd() && tokens.text(cursor.token()).equals("*")) {
            cursor.skip();
        }
        if (parent.isEmpty() || !cursor.take("DETACH", "PARTITION")) {
            return Optional.empty();
        }
        Name partition = name();
        return takeConcurrently()
                ? Optional.of(toEnd(of(Kind.DETACH, List.of(parent.get(), partition), true, conditional)))
                : Optional.empty();
    }

    private Optional<NonTransactionalStatement> reindex() throws UnreadableSqlException {
        takeOptions();
        if (tokens.isWord(cursor.token(), "DATABASE") || tokens.isWord(cursor.token(), "SYSTEM")) {
            throw outside();
        }
        Kind kind;
        if (cursor.take("INDEX")) {
            kind = Kind.REINDEX_INDEX;
        } else if (cursor.take("TABLE")) {
            kind = Kind.REINDEX_TABLE;
        } else if (cursor.take("SCHEMA")) {
            kind = Kind.REINDEX_SCHEMA;
        } else {
            return Optional.empty();
        }
        takeConcurrently();
        Name name = name();
        if (kind == Kind.REINDEX_SCHEMA) {
            name = new Name(Optional.of(name.name()), "", name.token());
        }
        boolean always = concurrently.isPresent() || kind == Kind.REINDEX_SCHEMA;
        return Optional.of(toEnd(of(kind, List.of(name), always, false)));
    }

    private NonTransactionalStatement vacuum() throws UnreadableSqlException {
        takeOptions();
        while (cursor.takeAny("FULL", "FREEZE", "VERBOSE", "ANALYZE", "ANALYSE")) {
            // The old syntax of the options.
        }
        if (cursor.atEnd()) {
            throw refused("VACUUM without a table concerns all tenants and the whole database; name the tables");
        }
        List<Name> tables = new ArrayList<>();
        do {
            cursor.take("ONLY");
            tables.add(name());
            if (tokens.isSymbol(cursor.token(), '*')) {
                cursor.skip();
            }
            takeParentheses();
        } while (cursor.takeSymbol(','));
        return toEnd(of(Kind.VACUUM, tables, true, false));
    }

    private NonTransactionalStatement cluster() throws UnreadableSqlException {
        takeOptions();
        cursor.take("VERBOSE");
        if (cursor.atEnd()) {
            throw refused("CLUSTER without a table concerns all tenants; name the table");
        }
        Name table = name();
        if (cursor.take("ON")) {
            table = name();
        } else if (cursor.take("USING")) {
            cursor.takeName();
        }
        return toEnd(of(Kind.CLUSTER, List.of(table), false, false));
    }

    private NonTransactionalStatement of(Kind kind, List<Name> names, boolean always, boolean conditional) {
        return new NonTransactionalStatement(kind, names, always, concurrently, conditional);
    }

    private NonTransactionalStatement toEnd(NonTransactionalStatement read) throws UnreadableSqlException {
        if (!cursor.atEnd()) {
            throw unread();
        }
        return read;
    }

    private boolean takeConcurrently() {
        int token = cursor.token();
        boolean taken = cursor.take("CONCURRENTLY");
        if (taken) {
            concurrently = Optional.of(token);
        }
        return taken;
    }

    /** {@code (VERBOSE, CONCURRENTLY [boolean])}. */
    private void takeOptions() {
        if (!tokens.isSymbol(cursor.token(), '(')) {
            return;
        }
        while (!cursor.atEnd() && !cursor.takeSymbol(')')) {
            int token = cursor.token();
            boolean off = cursor.take("CONCURRENTLY")
                    && List.of("false", "off", "0", "'false'", "'off'", "'0'").contains(tokens.name(cursor.token()));
            if (tokens.isWord(token, "CONCURRENTLY")) {
                concurrently = off ? Optional.empty() : Optional.of(token);
            } else {
                cursor.skip();
            }
        }
    }

    /** The columns of a table. */
    private void takeParentheses() {
        if (tokens.isSymbol(cursor.token(), '(')) {
            while (!cursor.atEnd() && !cursor.takeSymbol(')')) {
                cursor.skip();
            }
        }
    }

    private Name name() throws UnreadableSqlException {
        return takeDottedName().orElseThrow(this::unread);
    }

    /** {@code name}, {@code schema.name} or {@code database.schema.name}. */
    private Optional<Name> takeDottedName() {
        List<Integer> parts = new ArrayList<>();
        do {
            if (cursor.atEnd() || !tokens.isIdentifier(cursor.token())) {
                return Optional.empty();
            }
            parts.add(cursor.token());
            cursor.skip();
        } while (cursor.takeSymbol('.'));
        int last = parts.get(parts.size() - 1);
        if (parts.size() == 1) {
            return Optional.of(new Name(Optional.empty(), tokens.name(last), last));
        }
        int schema = parts.get(parts.size() - 2);
        return Optional.of(new Name(Optional.of(tokens.name(schema)), tokens.name(last), schema));
    }

    private UnreadableSqlException outside() {
        return refused("this concerns not one tenant but all of them, or the whole server; run it once,"
                + " outside of migrations");
    }

    private UnreadableSqlException unread() {
        return new UnreadableSqlException(
                "this cannot run in a transaction, and the names of its tables and indexes cannot be read here; write"
                        + " them plainly",
                tokens.source(),
                tokens.start(Math.min(cursor.token(), statement.to() - 1)));
    }

    private UnreadableSqlException refused(String message) {
        return new UnreadableSqlException(message, tokens.source(), statement.start());
    }
}
