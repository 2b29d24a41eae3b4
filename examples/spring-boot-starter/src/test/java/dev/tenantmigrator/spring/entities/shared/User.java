package dev.tenantmigrator.spring.entities.shared;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** A user in the shared schema. */
@Entity
@Table(schema = "public", name = "users")
public class User {
    @Id
    int id;

    String schemaName;

    User() {}

    public User(int id, String schemaName) {
        this.id = id;
        this.schemaName = schemaName;
    }
}
