package dev.tenantmigrator;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Options of a comparison of structures. Immutable and thread-safe. */
public final class DriftOptions {

    private static final DriftOptions DEFAULTS = new DriftOptions(Optional.empty(), List.of(), true);

    private final Optional<String> against;
    private final List<String> ignored;
    private final boolean privileges;

    private DriftOptions(Optional<String> against, List<String> ignored, boolean privileges) {
        this.against = against;
        this.ignored = List.copyOf(ignored);
        this.privileges = privileges;
    }

    /**
     * The default options: each tenant is compared with its own recorded versions, and nothing is ignored.
     *
     * @return the options
     */
    public static DriftOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Compares with the structure of another schema of the database instead of the recorded versions.
     *
     * @param schema the schema, usually a tenant
     * @return a copy
     */
    public DriftOptions against(String schema) {
        return new DriftOptions(Optional.of(schema), ignored, privileges);
    }

    /**
     * Leaves out differences of some objects.
     *
     * @param patterns each a kind and a name as a difference has them, e.g. {@code index vendor_name_idx}; {@code *} stands for any
     *     text, {@code ?} for one character
     * @return a copy
     */
    public DriftOptions ignoring(List<String> patterns) {
        return new DriftOptions(against, Objects.requireNonNull(patterns, "patterns"), privileges);
    }

    /**
     * Leaves out privileges and default privileges.
     *
     * @return a copy
     */
    public DriftOptions withoutPrivileges() {
        return new DriftOptions(against, ignored, false);
    }

    /**
     * The schema to compare with.
     *
     * @return the schema; empty for the recorded versions
     */
    public Optional<String> against() {
        return against;
    }

    /**
     * The patterns of objects that are left out.
     *
     * @return see {@link #ignoring}
     */
    public List<String> ignored() {
        return ignored;
    }

    /**
     * Whether privileges are compared.
     *
     * @return true by default
     */
    public boolean privileges() {
        return privileges;
    }
}
