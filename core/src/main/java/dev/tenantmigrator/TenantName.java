package dev.tenantmigrator;

import dev.tenantmigrator.internal.sql.ReservedSchemas;
import java.text.Normalizer;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** The name of a new tenant's schema, exact or with random digits. Immutable and thread-safe. */
public final class TenantName {

    /** The longest identifier, in bytes (PostgreSQL documentation, "Identifiers and Key Words"; NAMEDATALEN - 1). */
    public static final int MAX_BYTES = 63;

    /** 100 million names per user name: collisions are rare, and a name cannot be guessed easily. */
    private static final int DIGITS = 8;

    private static final Pattern SAFE = Pattern.compile("[a-z_][a-z0-9_]*");

    private final String base;
    private final boolean random;

    private TenantName(String base, boolean random) {
        this.base = base;
        this.random = random;
    }

    /**
     * {@code {username}_{8 random digits}}, e.g. {@code john_12345678}. The user name is cleaned: letters become lower
     * case, accents are dropped, every other run of characters becomes one {@code _}, a leading digit or reserved prefix
     * gets {@code t_} in front, and the whole is cut to 63 bytes. A name without any letter from a to z or digit, as in
     * another script, becomes {@code user}. When the schema is taken, other digits are tried.
     *
     * @param username any text that is not blank
     * @return the name
     * @throws InvalidTenantNameException when the user name is blank
     */
    public static TenantName forUser(String username) {
        if (username.isBlank()) {
            throw new InvalidTenantNameException(username, "the user name is empty");
        }
        String cleaned = Normalizer.normalize(username, Normalizer.Form.NFKD)
                .replaceAll("\\p{M}+", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "_")
                .replaceAll("^_+|_+$", "");
        String named = cleaned.isEmpty() ? "user" : cleaned;
        String safe =
                Character.isDigit(named.charAt(0)) || ReservedSchemas.isReserved(named + '_') ? "t_" + named : named;
        int room = MAX_BYTES - 1 - DIGITS;
        return new TenantName(safe.substring(0, Math.min(room, safe.length())), true);
    }

    /**
     * An exact name.
     *
     * @param schema 1 to 63 lower-case letters {@code a-z}, digits and {@code _}, not beginning with a digit, {@code pg_} or
     *     this library's own prefix {@code tenant_migrator_}, and not {@code public} or {@code information_schema}
     * @return the name
     * @throws InvalidTenantNameException when the name breaks one of these rules
     */
    public static TenantName exactly(String schema) {
        if (schema.isEmpty()) {
            throw new InvalidTenantNameException(schema, "it is empty");
        }
        if (schema.length() > MAX_BYTES) {
            throw new InvalidTenantNameException(schema, "it is longer than PostgreSQL's " + MAX_BYTES + " bytes");
        }
        if (!SAFE.matcher(schema).matches()) {
            throw new InvalidTenantNameException(
                    schema, "use lower-case letters a-z, digits and '_', and do not begin with a digit");
        }
        if (ReservedSchemas.isReserved(schema)) {
            throw new InvalidTenantNameException(schema, "the name is reserved");
        }
        return new TenantName(schema, false);
    }

    /**
     * A schema name to try.
     *
     * @param source generates the digits
     * @return the name; another at each call when digits are chosen at random
     */
    public String candidate(RandomGenerator source) {
        return random ? base + '_' + String.format(Locale.ROOT, "%08d", source.nextInt(100_000_000)) : base;
    }

    /**
     * Whether another candidate can be tried when the first one is taken.
     *
     * @return true for {@link #forUser}
     */
    public boolean isRandom() {
        return random;
    }

    @Override
    public String toString() {
        return random ? base + "_????????" : base;
    }
}
