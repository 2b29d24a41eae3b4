package dev.tenantmigrator.internal.backfill;

/**
 * A foreign key of a table that exists, which went with the table it referred to.
 *
 * @param table the table that held it
 * @param constraint its name
 * @param addStatement the statement that makes it again; it fails as long as rows refer to rows that are gone
 */
public record LostForeignKey(String table, String constraint, String addStatement) {}
