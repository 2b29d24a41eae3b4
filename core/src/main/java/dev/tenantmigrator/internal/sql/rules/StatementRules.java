package dev.tenantmigrator.internal.sql.rules;

import dev.tenantmigrator.internal.sql.copy.CopyFromStdin;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.template.SchemaName;
import java.util.List;
import java.util.Optional;

/**
 * Decides for each statement of a migration whether it runs, is left out or is refused. Each rule is one line of {@link
 * #RULES}, or one method named there. The first rule whose words a statement begins with decides; a statement without a
 * rule runs.
 */
public final class StatementRules {

    static final String ONE_TRANSACTION = "a migration is one transaction, which begins and ends by itself; ";

    private static final List<Rule> RULES = List.of(
            new Rule(TransactionRules::begin, "BEGIN"),
            new Rule(TransactionRules::begin, "START", "TRANSACTION"),
            new Rule(TransactionRules::commit, "COMMIT"),
            new Rule(TransactionRules::commit, "END"),
            new Rule(TransactionRules::rollback, "ROLLBACK"),
            refuse(ONE_TRANSACTION + "remove ABORT", "ABORT"),
            refuse(ONE_TRANSACTION + "remove PREPARE TRANSACTION", "PREPARE", "TRANSACTION"),
            refuse("PREPARE leaves a statement on the application's connection; write the statement itself", "PREPARE"),
            refuse("DEALLOCATE can take statements that the application's driver prepared; remove it", "DEALLOCATE"),
            refuse("DISCARD resets the application's connection; remove it", "DISCARD"),
            refuse("LISTEN stays on the application's connection; run it where notifications are read", "LISTEN"),
            refuse("UNLISTEN changes the application's connection; run it where notifications are read", "UNLISTEN"),
            refuse("LOAD stays on the application's connection; preload the library in the server instead", "LOAD"),
            new Rule(SettingRules::set, "SET"),
            new Rule(SettingRules::reset, "RESET"),
            new Rule(StatementRules::declare, "DECLARE"),
            new Rule(StatementRules::copy, "COPY"),
            new Rule(statement -> Verdict.ABSORB, "CREATE", "EXTENSION"),
            new Rule(statement -> Verdict.ABSORB, "COMMENT", "ON", "EXTENSION"),
            new Rule(StatementRules::dropExtension, "DROP", "EXTENSION"),
            new Rule(StatementRules::alterExtension, "ALTER", "EXTENSION"),
            new Rule(StatementRules::createSchema, "CREATE", "SCHEMA"),
            new Rule(StatementRules::dropSchema, "DROP", "SCHEMA"),
            new Rule(StatementRules::alterSchema, "ALTER", "SCHEMA"));

    private StatementRules() {}

    public static Verdict judge(Statement statement) {
        Optional<Verdict.Refuse> psql = PsqlRules.refusal(statement);
        if (psql.isPresent()) {
            return psql.get();
        }
        for (Rule rule : RULES) {
            if (statement.startsWith(rule.words)) {
                return rule.judge.judge(statement);
            }
        }
        return ServerObjectRules.refusal(statement).map(Verdict.class::cast).orElse(Verdict.KEEP);
    }

    private static Verdict declare(Statement statement) {
        for (StatementCursor cursor = statement.cursor(); !cursor.atEnd() && !cursor.take("FOR"); cursor.skip()) {
            if (cursor.take("WITH", "HOLD")) {
                return refusal(
                        "a cursor WITH HOLD stays on the application's connection; declare it WITHOUT HOLD", statement);
            }
        }
        return Verdict.KEEP;
    }

    private static Verdict copy(Statement statement) {
        if (CopyFromStdin.is(statement)) {
            return Verdict.KEEP;
        }
        if (statement.hasCopyData()) {
            return refusal(CopyFromStdin.UNREADABLE, statement);
        }
        int parentheses = 0;
        for (StatementCursor cursor = statement.cursor(); !cursor.atEnd(); ) {
            if (cursor.takeSymbol('(')) {
                parentheses++;
            } else if (cursor.takeSymbol(')')) {
                parentheses--;
            } else if (parentheses == 0 && cursor.takeAny("FROM", "TO")) {
                if (cursor.takeAny("STDIN", "STDOUT")) {
                    return refusal("COPY … TO stdout has nobody to send the rows to; remove it", statement);
                }
            } else {
                cursor.skip();
            }
        }
        return Verdict.KEEP;
    }

    /** An extension stays, since other tenants use it. CASCADE would take the tenant's own columns and indexes with it. */
    private static Verdict dropExtension(Statement statement) {
        for (StatementCursor cursor = statement.cursor(); !cursor.atEnd(); cursor.skip()) {
            if (cursor.take("CASCADE")) {
                return refusal(
                        "an extension belongs to the database and stays, so CASCADE would drop nothing here; drop the"
                                + " objects that use the extension by name, and remove CASCADE",
                        statement);
            }
        }
        return Verdict.ABSORB;
    }

    private static Verdict alterExtension(Statement statement) {
        StatementCursor cursor = statement.cursor();
        cursor.take("ALTER", "EXTENSION");
        cursor.skip();
        return cursor.take("UPDATE")
                ? Verdict.ABSORB
                : refusal(
                        "an extension belongs to the database, not to a tenant; alter it outside of migrations",
                        statement);
    }

    private static Verdict createSchema(Statement statement) {
        StatementCursor cursor = statement.cursor();
        cursor.take("CREATE", "SCHEMA");
        cursor.take("IF", "NOT", "EXISTS");
        if (cursor.take("AUTHORIZATION")) {
            return refusal(
                    "it creates a schema named after a role; name the tenant's objects without a schema", statement);
        }
        if (!cursor.takeName().equals(SchemaName.PUBLIC)) {
            return Verdict.KEEP;
        }
        return cursor.atEnd()
                ? Verdict.ABSORB
                : refusal(
                        "the tenant's schema exists already; remove all that follows CREATE SCHEMA public", statement);
    }

    private static Verdict dropSchema(Statement statement) {
        StatementCursor cursor = statement.cursor();
        cursor.take("DROP", "SCHEMA");
        cursor.take("IF", "EXISTS");
        do {
            if (cursor.takeName().equals(SchemaName.PUBLIC)) {
                return refusal("a migration must not drop its tenant's schema; drop what is in it by name", statement);
            }
        } while (cursor.takeSymbol(','));
        return Verdict.KEEP;
    }

    private static Verdict alterSchema(Statement statement) {
        StatementCursor cursor = statement.cursor();
        cursor.take("ALTER", "SCHEMA");
        boolean renamesTenant = cursor.takeName().equals(SchemaName.PUBLIC) && cursor.take("RENAME");
        return renamesTenant
                ? refusal("a migration must not rename its tenant's schema; remove the statement", statement)
                : Verdict.KEEP;
    }

    static Verdict.Refuse refusal(String message, Statement statement) {
        return new Verdict.Refuse(message, statement.from());
    }

    private static Rule refuse(String message, String... words) {
        return new Rule(statement -> refusal(message, statement), words);
    }

    private interface Judge {
        Verdict judge(Statement statement);
    }

    private static final class Rule {

        private final Judge judge;
        private final String[] words;

        Rule(Judge judge, String... words) {
            this.judge = judge;
            this.words = words;
        }
    }

    /** The decision about a statement. */
    public sealed interface Verdict {

        /** The statement runs, with the tenant's schema in it. */
        Verdict KEEP = new Keep();

        /** The statement does not run, because the library does its work for every migration. */
        Verdict ABSORB = new Absorb();

        record Keep() implements Verdict {}

        record Absorb() implements Verdict {}

        /**
         * The migration must not run.
         *
         * @param message the problem and its remedy
         * @param token where the problem is
         */
        record Refuse(String message, int token) implements Verdict {}
    }
}
