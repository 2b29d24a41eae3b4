package dev.tenantmigrator.internal.containment;

/**
 * Something outside of the tenant's schema that a transaction touched.
 *
 * @param catalog the number of the catalog that describes it; 0 where {@code name} is all that is known
 * @param oid its number there
 * @param name kind and name, as in {@code operator public.===(integer,integer)}; empty when it is gone until the rollback
 */
record ForeignObject(long catalog, long oid, String name) {}
