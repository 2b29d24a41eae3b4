package dev.tenantmigrator.cli.setup;

import dev.tenantmigrator.ReadsOutside;
import dev.tenantmigrator.TrackingStore;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/**
 * Loads the settings from four layers. The first layer that has an option wins: arguments, environment variables, {@code
 * tenant-migrator.properties} in the working directory, {@code tenant-migrator.properties} in the migrations directory.
 */
public final class SettingsLoader {

    /** Name of the options file in the working directory and in the migrations directory. */
    public static final String FILE = "tenant-migrator.properties";

    /** The rest of the message on a text that could not be read. */
    public static final String UNDECODABLE =
            "has characters that this process cannot read, because its locale is not UTF-8;"
                    + " nothing was changed. Set LC_ALL=C.UTF-8 and run the command again";

    private static final String PREFIX = "TENANT_MIGRATOR_";

    private static final Set<String> KEYS = Set.of(
            "url",
            "user",
            "direct-url",
            "migrations",
            "required-table",
            "shared-object",
            "shared-schema",
            "allow-schema",
            "allow-table",
            "reads-outside",
            "extension",
            "parallelism",
            "tracking",
            "json",
            "error-details",
            "embedded",
            "verbose",
            "color");

    private final List<Map<String, String>> layers = new ArrayList<>();

    private SettingsLoader() {}

    /**
     * Reads all layers.
     *
     * @param context for the environment and the working directory
     * @param arguments options by name, without the dashes
     * @return the settings
     * @throws CommandException if a value or a key of a file is invalid
     */
    public static CliSettings load(CliContext context, Map<String, String> arguments) {
        SettingsLoader all = new SettingsLoader();
        all.layers.add(arguments);
        all.layers.add(environment(context));
        all.layers.add(file(context.directory().resolve(FILE)));
        Path migrations = context.directory().resolve(all.find("migrations").orElse("migrations"));
        all.layers.add(file(migrations.resolve(FILE)));
        return all.settings(migrations);
    }

    private CliSettings settings(Path migrations) {
        Optional<Map<String, String>> database = layers.stream()
                .filter(layer -> layer.containsKey("url") || isTrue(layer, "embedded"))
                .findFirst();
        boolean embedded = database.filter(layer -> isTrue(layer, "embedded")).isPresent();
        Optional<String> url = database.flatMap(layer -> Optional.ofNullable(layer.get("url")));
        if (embedded && url.isPresent()) {
            throw new CommandException("--url and --embedded name two databases; give only one of them");
        }
        return new CliSettings(
                url,
                find("user"),
                find("direct-url"),
                migrations,
                names("required-table"),
                names("shared-object"),
                find("shared-schema").orElse("public"),
                names("allow-schema"),
                allowedTables(),
                readsOutside(find("reads-outside").orElse("warn")),
                layer("extension").map(layer -> names("extension")),
                parallelism(),
                tracking("tracking", find("tracking").orElse("schema")),
                isTrue("json"),
                isTrue("error-details"),
                embedded,
                isTrue("verbose"),
                color());
    }

    private Optional<String> find(String key) {
        return layer(key).map(layer -> layer.getOrDefault(key, ""));
    }

    private Optional<Map<String, String>> layer(String key) {
        return layers.stream().filter(layer -> layer.containsKey(key)).findFirst();
    }

    private boolean isTrue(String key) {
        return layer(key).filter(layer -> isTrue(layer, key)).isPresent();
    }

    private static boolean isTrue(Map<String, String> layer, String key) {
        String value = layer.getOrDefault(key, "false");
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes" -> true;
            case "false", "0", "no", "" -> false;
            default -> throw new CommandException(key + " must be true or false, not \"" + value + "\"");
        };
    }

    private String color() {
        String when = find("color").orElse("auto");
        if (!Set.of("auto", "always", "never").contains(when)) {
            throw new CommandException("color must be auto, always or never, not \"" + when + "\"");
        }
        return when;
    }

    private int parallelism() {
        String value = find("parallelism").orElse("1");
        try {
            int tenants = Integer.parseInt(value);
            if (tenants >= 1) {
                return tenants;
            }
        } catch (NumberFormatException e) {
            // Rejected below, together with numbers below 1.
        }
        throw new CommandException("parallelism must be a number from 1, not \"" + value + "\"");
    }

    /**
     * Finds a tracking store by name.
     *
     * @throws CommandException if the name is unknown
     */
    public static TrackingStore tracking(String option, String name) {
        return switch (name) {
            case "schema" -> TrackingStore.perSchema();
            case "fleet" -> TrackingStore.fleet();
            default -> throw new CommandException(option + " must be schema or fleet, not \"" + name + "\"");
        };
    }

    private static ReadsOutside readsOutside(String name) {
        return switch (name) {
            case "forbid" -> ReadsOutside.FORBID;
            case "warn" -> ReadsOutside.WARN;
            case "allow" -> ReadsOutside.ALLOW;
            default -> throw new CommandException("reads-outside must be forbid, warn or allow, not \"" + name + "\"");
        };
    }

    private Set<String> allowedTables() {
        Set<String> tables = names("allow-table");
        for (String table : tables) {
            if (table.indexOf('.') < 1 || table.endsWith(".")) {
                throw new CommandException("allow-table must be SCHEMA.TABLE or SCHEMA.*, not \"" + table + "\"");
            }
        }
        return tables;
    }

    private Set<String> names(String key) {
        Set<String> names = new LinkedHashSet<>();
        Arrays.stream(find(key).orElse("").split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .forEach(names::add);
        return names;
    }

    /** Whether a text of the process had bytes that are no characters in its encoding. */
    public static boolean isUndecodable(String text) {
        return text.indexOf('\uFFFD') >= 0;
    }

    private static Map<String, String> environment(CliContext context) {
        context.environment().forEach((variable, value) -> {
            if (variable.startsWith(PREFIX) && isUndecodable(value)) {
                throw new CommandException(variable + " " + UNDECODABLE);
            }
        });
        Map<String, String> values = new LinkedHashMap<>();
        for (String key : KEYS) {
            String variable = PREFIX + key.toUpperCase(Locale.ROOT).replace('-', '_');
            Optional.ofNullable(context.environment().get(variable))
                    .filter(value -> !value.isEmpty())
                    .ifPresent(value -> values.put(key, value));
        }
        return values;
    }

    private static Map<String, String> file(Path file) {
        Map<String, String> values = new LinkedHashMap<>();
        if (Files.isRegularFile(file)) {
            Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                throw new CommandException("cannot read " + file + ": " + e.getMessage(), e);
            }
            properties.stringPropertyNames().forEach(key -> values.put(known(key, file), value(properties, key)));
        }
        return values;
    }

    private static String value(Properties properties, String key) {
        return properties.getProperty(key, "").strip();
    }

    private static String known(String key, Path file) {
        if (key.equals("password")) {
            throw new CommandException(
                    "a password is not allowed in " + file + ": put it into TENANT_MIGRATOR_PASSWORD instead");
        }
        if (!KEYS.contains(key)) {
            throw new CommandException("unknown option \"" + key + "\" in " + file);
        }
        return key;
    }
}
