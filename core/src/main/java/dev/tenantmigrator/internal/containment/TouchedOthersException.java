package dev.tenantmigrator.internal.containment;

import java.sql.SQLException;
import java.util.List;

/** A transaction touched something outside of its tenant's schema that was not allowed. */
public final class TouchedOthersException extends SQLException {

    private static final long serialVersionUID = 1L;

    private final transient List<Stranger> strangers;

    TouchedOthersException(List<Stranger> strangers) {
        super("touched " + strangers);
        this.strangers = strangers;
    }

    List<Stranger> strangers() {
        return strangers;
    }
}
