package dev.tenantmigrator.spring.entities.tenant;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** A table of the tenant ada. */
@Entity
@Table(schema = "ada", name = "second")
public class Second {
    @Id
    int id;
}
