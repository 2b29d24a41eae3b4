/**
 * Options of a run over the fleet: {@link dev.tenantmigrator.rollout.Rollout} with its groups, failure policies and cancellation.
 */
package dev.tenantmigrator.rollout;
