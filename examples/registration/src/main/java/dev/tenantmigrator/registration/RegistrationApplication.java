package dev.tenantmigrator.registration;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/**
 * A sign-up service with one PostgreSQL schema per user: how a Spring Boot backend embeds Tenant Migrator.
 *
 * <p>{@link TenantConfiguration} creates the migrator. {@link MigrateAtStartup} migrates all tenants before the port
 * opens. {@link SignUp} creates a user and the user's tenant in one transaction.
 */
@SpringBootApplication
@ConfigurationPropertiesScan
public class RegistrationApplication {

    /**
     * Starts the service.
     *
     * @param args properties, e.g. {@code --server.port=8081}
     */
    public static void main(String[] args) {
        SpringApplication.run(RegistrationApplication.class, args);
    }
}
