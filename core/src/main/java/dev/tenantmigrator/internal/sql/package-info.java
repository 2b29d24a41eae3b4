/**
 * Reads and rewrites SQL text by PostgreSQL's lexical rules, without a database. This package itself only quotes names and
 * values. The others, each of which uses only those above it:
 *
 * <ul>
 *   <li>{@code lex}: {@code Lexer} makes tokens, {@code Splitter} makes statements.
 *   <li>{@code template}: text with gaps for a schema's name, and the content of string literals.
 *   <li>{@code copy}: {@code CopyFromStdin} turns the rows of COPY into statements.
 *   <li>{@code rules}: {@code StatementRules} decides which statements run; {@code ExpectedEffects} and {@code
 *       HiddenEffects} foresee what a script does to the database.
 *   <li>{@code nontransactional}: {@code ScriptParts} divides a script that cannot run in one transaction.
 *   <li>{@code advice}: notes for the reader of a script, e.g. on the locks that a statement takes.
 *   <li>{@code rewrite}: {@code PublicSchemaAdapter} puts the tenant's schema in place of {@code public}.
 * </ul>
 */
package dev.tenantmigrator.internal.sql;
