package dev.tenantmigrator.registration;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings of this service. {@code application.properties} holds the defaults.
 *
 * @param migrations {@code classpath:DIRECTORY}, or a directory of the file system
 * @param onFailedTenant the reaction to a failed tenant at startup
 * @param parallelism number of tenants migrated at a time; each one uses a connection of the pool
 * @param spares number of spare tenants in stock, for registrations that do not wait for migrations; 0 for none
 */
@ConfigurationProperties("registration")
record RegistrationProperties(String migrations, OnFailedTenant onFailedTenant, int parallelism, int spares) {

    enum OnFailedTenant {
        /**
         * Log each failed tenant and serve the others. The usual choice: one broken tenant must not take the service
         * away from all users, and the next start tries this tenant again.
         */
        REPORT,

        /**
         * Do not start. For code that would damage data in a tenant with an old schema. Tenants that were migrated stay
         * migrated.
         */
        STOP
    }
}
