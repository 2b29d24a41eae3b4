package dev.tenantmigrator.internal.containment;

import java.sql.SQLException;
import java.util.List;

/** A transaction touched something outside of its tenant's schema that is not allowed. */
public final class ForeignObjectsException extends SQLException {

    private static final long serialVersionUID = 1L;

    private final transient List<ForeignObject> objects;

    ForeignObjectsException(List<ForeignObject> objects) {
        super("touched " + objects);
        this.objects = objects;
    }

    List<ForeignObject> objects() {
        return objects;
    }
}
