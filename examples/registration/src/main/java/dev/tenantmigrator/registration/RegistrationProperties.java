package dev.tenantmigrator.registration;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What an operator of this service can choose; {@code application.properties} holds the defaults.
 *
 * @param migrations {@code classpath:} and a directory on the class path, or a directory of the file system
 * @param onFailedTenant what a tenant that could not be migrated means for the start
 * @param parallelism how many tenants are migrated at a time; each takes a connection of the pool
 */
@ConfigurationProperties("registration")
record RegistrationProperties(String migrations, OnFailedTenant onFailedTenant, int parallelism) {

    enum OnFailedTenant {
        /**
         * Log each failed tenant and serve the others. Right for most: one user's broken schema is no reason to turn
         * all users away, and the next start tries it again.
         */
        REPORT,

        /**
         * Do not start. Right where code that meets an old schema would do harm. The tenants that succeeded stay
         * migrated.
         */
        STOP
    }
}
