package dev.tenantmigrator.spring;

import dev.tenantmigrator.TenantMigratorBuilder;

/**
 * Changes the configuration of the migrator. A bean of this type is called after the properties were applied; several are called in
 * their order.
 */
@FunctionalInterface
public interface TenantMigratorBuilderCustomizer {

    /**
     * Changes the configuration. For events declare a bean of type {@link dev.tenantmigrator.event.TenantEventListener}: a listener
     * that is set here replaces them all, and with them the metrics and the log of the progress.
     *
     * @param builder the builder with the properties' settings
     */
    void customize(TenantMigratorBuilder builder);
}
