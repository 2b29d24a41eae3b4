package dev.tenantmigrator.spring.entities.note;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/** A row of a tenant's table. */
@Entity
public class Note {

    @Id
    private int id;

    private String tenant;

    protected Note() {}

    /** A new one. */
    public static Note of(int id) {
        Note note = new Note();
        note.id = id;
        return note;
    }

    public int id() {
        return id;
    }

    public String tenant() {
        return tenant;
    }
}
