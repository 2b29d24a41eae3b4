package dev.tenantmigrator;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Selects tenants of the fleet for one call, or for a migrator. Immutable and thread-safe.
 *
 * <p>A named tenant that does not exist is an error; a pattern or condition that selects no tenant is not.
 */
public final class Tenants {

    private static final Tenants ALL = new Tenants("all tenants", Optional.empty(), schema -> true);

    private final String description;
    private final Optional<Set<String>> names;
    private final Predicate<String> condition;

    private Tenants(String description, Optional<Set<String>> names, Predicate<String> condition) {
        this.description = description;
        this.names = names;
        this.condition = condition;
    }

    /**
     * Selects every tenant.
     *
     * @return the selection
     */
    public static Tenants all() {
        return ALL;
    }

    /**
     * Selects tenants by name.
     *
     * @param schemas the names of their schemas, as PostgreSQL stores them
     * @return the selection
     */
    public static Tenants named(String... schemas) {
        return named(List.of(schemas));
    }

    /**
     * Selects tenants by name.
     *
     * @param schemas the names of their schemas, as PostgreSQL stores them
     * @return the selection
     */
    public static Tenants named(Collection<String> schemas) {
        Set<String> copy = Set.copyOf(schemas);
        return new Tenants(String.join(", ", schemas), Optional.of(copy), copy::contains);
    }

    /**
     * Selects tenants whose names match a pattern.
     *
     * @param pattern {@code *} stands for any number of characters, {@code ?} for one; others for themselves. {@code acme_*}
     * @return the selection
     */
    public static Tenants matching(String pattern) {
        Pattern regex = Pattern.compile(
                pattern.codePoints().mapToObj(Tenants::regexOf).collect(Collectors.joining()), Pattern.DOTALL);
        return new Tenants(
                pattern, Optional.empty(), schema -> regex.matcher(schema).matches());
    }

    private static String regexOf(int codePoint) {
        return switch (codePoint) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(Character.toString(codePoint));
        };
    }

    /**
     * Narrows the selection to tenants that fulfil a condition.
     *
     * @param further asked with the name of each schema; thread-safe
     * @return a narrower selection
     */
    public Tenants where(Predicate<String> further) {
        Objects.requireNonNull(further, "further");
        Optional<Set<String>> narrower =
                names.map(all -> all.stream().filter(further).collect(Collectors.toUnmodifiableSet()));
        return new Tenants(description, narrower, condition.and(further));
    }

    /**
     * Whether a tenant is selected.
     *
     * @param schema the name of its schema
     * @return true when it is
     */
    public boolean includes(String schema) {
        return condition.test(schema);
    }

    /**
     * The tenants that were named.
     *
     * @return their names; empty unless this was made by {@link #named(String...)}
     */
    public Optional<Set<String>> names() {
        return names;
    }

    @Override
    public String toString() {
        return description;
    }
}
