package dev.tenantmigrator.internal.sql;

import dev.tenantmigrator.ScriptFile;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a script can be expected to do to the database, from its text. It decides how its transaction is checked.
 *
 * @param addedColumns how many columns it adds, when it does nothing else and its columns need no more than a row of the catalog
 * @param hidden whether it runs code that the text need not show: dynamic SQL
 */
public record ExpectedEffects(OptionalInt addedColumns, boolean hidden) {

    /** Types that are no domains, whose constraints would be evaluated, and depend on nothing. */
    private static final Set<String> TYPES = Set.of(
            "bigint",
            "bool",
            "boolean",
            "bytea",
            "date",
            "decimal",
            "double",
            "int",
            "int4",
            "int8",
            "integer",
            "json",
            "jsonb",
            "numeric",
            "real",
            "smallint",
            "text",
            "timestamp",
            "timestamptz",
            "uuid",
            "varchar");

    /** Too often rather than too rarely: also in comments and data. */
    private static final Pattern DYNAMIC = Pattern.compile(
            "\\bexecute\\b(?!\\s+(?:function|procedure)\\b)|\\bdo\\b[^$;]{0,40}\\blanguage\\b|\\bdo\\s*(?:e|u&)?'|_to_xml",
            Pattern.CASE_INSENSITIVE);

    private static final ExpectedEffects NOTHING_KNOWN = new ExpectedEffects(OptionalInt.empty(), true);

    /** Of a script by itself. */
    public static ExpectedEffects of(ScriptFile script) {
        return new ExpectedEffects(
                addedColumns(Script.read(script)),
                DYNAMIC.matcher(script.text()).find());
    }

    /** Of several scripts in one transaction. */
    public static ExpectedEffects of(Collection<ScriptFile> scripts) {
        return new ExpectedEffects(
                OptionalInt.empty(),
                scripts.stream()
                        .anyMatch(script -> DYNAMIC.matcher(script.text()).find()));
    }

    /** Of statements whose triggers may run anything. */
    public static ExpectedEffects unknown() {
        return NOTHING_KNOWN;
    }

    private static OptionalInt addedColumns(List<Statement> statements) {
        int columns = 0;
        for (Statement statement : statements) {
            Cursor cursor = statement.cursor();
            if (!cursor.take("ALTER", "TABLE")) {
                return OptionalInt.empty();
            }
            TableName.take(cursor);
            do {
                if (!takesColumn(cursor)) {
                    return OptionalInt.empty();
                }
                columns++;
            } while (cursor.takeSymbol(','));
            if (!cursor.atEnd()) {
                return OptionalInt.empty();
            }
        }
        return columns == 0 ? OptionalInt.empty() : OptionalInt.of(columns);
    }

    private static boolean takesColumn(Cursor cursor) {
        if (!cursor.take("ADD")) {
            return false;
        }
        cursor.take("COLUMN");
        if (cursor.takeName().isEmpty() || !TYPES.contains(cursor.takeName())) {
            return false;
        }
        cursor.take("PRECISION");
        if (cursor.takeSymbol('(')) {
            while (!cursor.atEnd() && !cursor.takeSymbol(')')) {
                cursor.skip();
            }
        }
        cursor.take("NULL");
        return true;
    }
}
