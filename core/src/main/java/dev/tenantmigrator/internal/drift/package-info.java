/**
 * Structures of tenants, compared with their definitions, and repaired.
 *
 * <ul>
 *   <li>{@code DriftCheck} compares a fleet: {@code Definitions} finds out the structure that tenants should have, {@code FleetChunks} divides
 *       the fleet, {@code StructureReader} reads fingerprints and objects, {@code StructureClasses} puts equal results together.
 *   <li>{@code StructureQuery} is the query, put together from the kinds of objects in {@code RelationKinds}, {@code TablePartKinds}, {@code
 *       TypeAndRoutineKinds} and {@code OtherKinds}. A new kind or attribute is added there, and a change of it to the test's list.
 *   <li>{@code StructureDiff} finds the differences of two lists of objects. {@code FixStatements} has the statements that remove them, from the
 *       {@code …Fix} class of each kind.
 *   <li>{@code DriftFixer} runs the statements in one tenant.
 * </ul>
 */
package dev.tenantmigrator.internal.drift;
