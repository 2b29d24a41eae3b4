/**
 * Reads SQL text by PostgreSQL's lexical rules, without a database: {@code Lexer} makes tokens, {@code Splitter} makes
 * statements, {@code StatementRules} says what happens to a statement, {@code SchemaRules} finds where code names the
 * schema, {@code Template} puts another schema there.
 */
package dev.tenantmigrator.internal.sql;
