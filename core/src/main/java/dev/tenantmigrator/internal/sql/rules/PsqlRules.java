package dev.tenantmigrator.internal.sql.rules;

import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.rules.StatementRules.Verdict;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Refuses what only psql understands: its commands, which begin with a backslash, and its variables. */
final class PsqlRules {

    private static final Pattern COMMAND = Pattern.compile("\\\\([A-Za-z_]+|[.;:!?\\\\]|)");

    private PsqlRules() {}

    static Optional<Verdict.Refuse> refusal(Statement statement) {
        Tokens tokens = statement.tokens();
        int brackets = 0;
        for (int token = statement.from(); token < statement.to(); token++) {
            switch (tokens.kind(token)) {
                case PSQL_COMMAND -> {
                    return Optional.of(new Verdict.Refuse(command(tokens.text(token)), token));
                }
                case COMMENT -> {
                    if (tokens.source().charAt(tokens.start(token)) == '\\') {
                        return Optional.of(new Verdict.Refuse(
                                "a command of psql stands inside of this statement; move it behind the semicolon, or"
                                        + " remove it",
                                token));
                    }
                }
                case SYMBOL -> {
                    brackets += tokens.isSymbol(token, '[') ? 1 : tokens.isSymbol(token, ']') ? -1 : 0;
                    // In brackets a colon separates the bounds of an array's slice.
                    if (brackets <= 0 && tokens.isSymbol(token, ':') && isName(tokens, token + 1)) {
                        String variable = ':' + (tokens.isSymbol(token + 1, '{') ? "{…}" : tokens.text(token + 1));
                        return Optional.of(new Verdict.Refuse(
                                variable + " is a variable of psql, which does not run here; write the value itself",
                                token));
                    }
                }
                default -> {}
            }
        }
        return Optional.empty();
    }

    private static boolean isName(Tokens tokens, int token) {
        return tokens.isIdentifier(token) || tokens.kind(token) == TokenKind.STRING || tokens.isSymbol(token, '{');
    }

    private static String command(String line) {
        Matcher matcher = COMMAND.matcher(line);
        String name = matcher.lookingAt() ? matcher.group(1) : "";
        if (name.isEmpty() || name.equals("\\")) {
            return "a backslash outside of quotes is a command of psql, which does not run here; remove it";
        }
        return '\\' + name + " is a command of psql, which does not run here; " + remedy(name);
    }

    private static String remedy(String name) {
        return switch (name) {
            case "i", "ir", "include", "include_relative" ->
                "put the statements of that file in its place, so that they belong to this migration and its checksum";
            case "if", "elif", "else", "endif" -> "decide in the database: DO $$ BEGIN IF … THEN … END IF; END $$";
            case "gexec" ->
                "run the statements that the query makes in a block: DO $$ DECLARE q text; BEGIN FOR q IN SELECT … LOOP"
                        + " EXECUTE q; END LOOP; END $$";
            case "gset" ->
                "keep the result in a variable of a block: DO $$ DECLARE x …; BEGIN SELECT … INTO x; … END $$";
            case "g", "gx", "gdesc", "crosstabview", "watch", "bind", "bind_named", "parse", "sendpipeline" ->
                "end the statement with a semicolon instead";
            case "set" ->
                "remove it, and write values themselves in place of variables. A migration stops at its first error"
                        + " anyway";
            case "unset", "prompt", "getenv" -> "remove it, and write values themselves in place of variables";
            case "copy" ->
                "write COPY … FROM stdin with the rows behind it in this file, or load the data outside of migrations";
            case "." -> "it ends the data of COPY … FROM stdin, of which there is none here; remove it";
            case "c", "connect" ->
                "a migration runs in its tenant, with the role of its connection; remove it, and put statements for"
                        + " another database or role elsewhere";
            case "q", "quit" -> "remove it and what psql would not reach behind it";
            case "!" -> "run the command of the shell elsewhere, and remove it";
            case "encoding" -> "save the file as UTF-8, and remove it";
            case ";" -> "write a semicolon without the backslash";
            default -> "remove it";
        };
    }
}
