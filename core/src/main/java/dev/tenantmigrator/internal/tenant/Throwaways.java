package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.ThrowawayTenant;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.sql.Sql;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates tenants for tests. A name contains its owner, that is machine, process and time, e.g. {@code
 * throwaway_1a2b3c4d_4711_t6k2n9_12345678}, so that tenants of a killed run can be told from those in use.
 */
public final class Throwaways {

    private static final Logger LOG = LoggerFactory.getLogger(Throwaways.class);
    private static final Pattern NAME =
            Pattern.compile("throwaway_([0-9a-f]{8})_([0-9]{1,10})_([0-9a-z]{1,7})_[0-9]{8}");
    private static final String MARK = "tenant-migrator throwaway";
    /** A process on another machine cannot be looked up; no test run takes a day. */
    private static final Duration MAX_AGE_ELSEWHERE = Duration.ofDays(1);

    private static final String MACHINE = machine();

    private final Config config;
    private final SignUp signUp;
    private final TenantDropper dropper;
    private final BackgroundDrops drops;
    private final AtomicBoolean swept = new AtomicBoolean();

    /** Serves any number of tenants. */
    public Throwaways(Config config, SignUp signUp, TenantDropper dropper) {
        this.config = config;
        this.signUp = signUp;
        this.dropper = dropper;
        this.drops = new BackgroundDrops(dropper);
    }

    /** Creates a tenant; the first call drops those that dead runs left behind. */
    public ThrowawayTenant create() throws SQLException {
        if (swept.compareAndSet(false, true)) {
            sweep();
        }
        String name = String.format(
                Locale.ROOT,
                "throwaway_%s_%d_%s_%08d",
                MACHINE,
                ProcessHandle.current().pid(),
                Long.toString(Instant.now().getEpochSecond(), Character.MAX_RADIX),
                ThreadLocalRandom.current().nextInt(100_000_000));
        return new ThrowawayHandle(this, name, create(name));
    }

    /**
     * Creates a tenant of this name, from a spare if one fits.
     *
     * @return its state, if that can be read
     */
    private Optional<TenantReset> create(String name) throws SQLException {
        List<TenantReset> state = new ArrayList<>();
        signUp.create(TenantName.exactly(name), (connection, schema) -> {
            mark(connection, schema);
            // A creation that is tried again runs this again.
            state.clear();
            TenantReset.of(config, connection, schema).ifPresent(state::add);
        });
        return state.stream().findFirst();
    }

    /**
     * Creates a tenant again, whatever has become of it.
     *
     * @return its state, if that can be read
     */
    Optional<TenantReset> createAgain(String schema) throws SQLException {
        try {
            dropper.drop(schema);
        } catch (TenantNotFoundException e) {
            LOG.debug("{} is gone already", schema);
        }
        return create(schema);
    }

    /** Begins a drop, and leaves the rest of it to the background. */
    void discard(String schema) throws SQLException {
        try {
            dropper.begin(schema);
        } catch (TenantNotFoundException e) {
            LOG.debug("{} is gone already", schema);
            return;
        }
        drops.add(schema);
    }

    /** Waits until all drops have ended. Later ones run in their caller's thread. */
    public void close() {
        drops.close();
    }

    /** Marks the schema. Only marked schemas are swept, because a user may sign up with such a name. */
    private static void mark(Connection connection, String schema) throws SQLException {
        Jdbc.execute(connection, "COMMENT ON SCHEMA " + Sql.identifier(schema) + " IS " + Sql.literal(MARK));
    }

    private static List<String> marked(Connection connection) throws SQLException {
        String query = "SELECT n.nspname FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_description d"
                + " ON d.classoid = 'pg_catalog.pg_namespace'::regclass AND d.objoid = n.oid WHERE d.description = "
                + Sql.literal(MARK);
        return Jdbc.query(connection, query, row -> row.getString(1));
    }

    private void sweep() throws SQLException {
        List<String> candidates = new ArrayList<>();
        try (Session session = Session.open(config.dataSource())) {
            candidates.addAll(marked(session.connection()));
        }
        candidates.addAll(dropper.unfinished());
        for (String schema : candidates) {
            if (isDead(schema)) {
                LOG.info("Dropping the throwaway tenant {} of a dead run", schema);
                drop(schema);
            }
        }
    }

    /** Drops a leftover. Another run may sweep at the same time, and a later run sweeps what cannot be dropped now. */
    private void drop(String schema) throws SQLException {
        try {
            dropper.drop(schema);
        } catch (TenantNotFoundException e) {
            LOG.debug("{} is gone already", schema);
        } catch (TenantMigratorException e) {
            LOG.warn("A throwaway tenant could not be dropped: {}", e.getMessage());
        }
    }

    static boolean isDead(String schema) {
        Matcher name = NAME.matcher(schema);
        if (!name.matches()) {
            return false;
        }
        Instant created = Instant.ofEpochSecond(Long.parseLong(name.group(3), Character.MAX_RADIX));
        if (!name.group(1).equals(MACHINE)) {
            return created.plus(MAX_AGE_ELSEWHERE).isBefore(Instant.now());
        }
        // A process with this number that began later is another one.
        return ProcessHandle.of(Long.parseLong(name.group(2)))
                .filter(process -> process.info()
                        .startInstant()
                        .map(start -> !start.isAfter(created.plusSeconds(1)))
                        .orElse(true))
                .isEmpty();
    }

    /** A hash of host name and boot id: containers on one machine differ in the first, machines of equal name in the second. */
    private static String machine() {
        String boot;
        try {
            boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"));
        } catch (IOException e) {
            boot = "";
        }
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            host = "";
        }
        return UUID.nameUUIDFromBytes((host + '/' + boot).getBytes(StandardCharsets.UTF_8))
                .toString()
                .substring(0, 8)
                .toLowerCase(Locale.ROOT);
    }
}
