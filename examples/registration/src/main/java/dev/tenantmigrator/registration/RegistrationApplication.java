package dev.tenantmigrator.registration;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * A sign-up service with one PostgreSQL schema per user: how a Spring Boot backend embeds Tenant Migrator.
 *
 * <p>The starter migrates all tenants before the port opens. {@link SignUp} creates a user and the user's tenant in one transaction.
 */
@SpringBootApplication
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
