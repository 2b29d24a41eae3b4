package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.rollout.FailurePolicy;
import dev.tenantmigrator.rollout.RolloutGroup;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converts the values of rollout options. The message of a rejected value names the allowed ones. */
final class RolloutConverters {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|min|m|h)");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,3})?)%");
    private static final String GROUP_SETTINGS = ":parallelism=N or :on-failure=POLICY";

    private RolloutConverters() {}

    /** A duration, e.g. {@code 5s}. */
    static final class DurationValue implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            return duration(value);
        }
    }

    /** A timeout of the server. 0 is rejected, because the server takes it for "no limit". */
    static final class TimeoutValue implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            Duration timeout = duration(value);
            if (timeout.isZero() || timeout.toMillis() > Integer.MAX_VALUE) {
                throw refused("a timeout", "from 1ms to 596h", value);
            }
            return timeout;
        }
    }

    private static Duration duration(String value) {
        Matcher matcher = DURATION.matcher(value);
        if (!matcher.matches()) {
            throw refused("a duration", "500ms, 5s, 10min or 2h", value);
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofMinutes(number);
        };
    }

    /** A number of attempts. */
    static final class TriesValue implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            if (!NUMBER.matcher(value).matches() || Integer.parseInt(value) < 1) {
                throw refused("tries", "a number from 1", value);
            }
            return Integer.parseInt(value);
        }
    }

    /** A failure policy, e.g. {@code 5%}. */
    static final class PolicyValue implements ITypeConverter<FailurePolicy> {
        @Override
        public FailurePolicy convert(String value) {
            return policy(value);
        }
    }

    private static FailurePolicy policy(String value) {
        if (value.equals("go-on")) {
            return FailurePolicy.goOn();
        }
        if (value.equals("stop")) {
            return FailurePolicy.stop();
        }
        try {
            Matcher percent = PERCENT.matcher(value);
            if (percent.matches()) {
                return FailurePolicy.stopAfterPercent(Double.parseDouble(percent.group(1)));
            }
            if (NUMBER.matcher(value).matches()) {
                return FailurePolicy.stopAfter(Integer.parseInt(value));
            }
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
        throw refused("a failure policy", "go-on, stop, 3 or 5%", value);
    }

    /** True if a group is a tenant's name or a pattern. */
    static boolean isName(String group) {
        return !(NUMBER.matcher(group).matches() || group.endsWith("%") || group.equals("rest"));
    }

    /** A group of tenants, e.g. {@code 5%:parallelism=2:on-failure=stop}. */
    static final class GroupValue implements ITypeConverter<RolloutGroup> {
        @Override
        public RolloutGroup convert(String value) {
            String[] parts = value.split(":", -1);
            try {
                RolloutGroup group = group(parts[0], value);
                for (int i = 1; i < parts.length; i++) {
                    group = with(group, parts[i], value);
                }
                return group;
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }

        private static RolloutGroup group(String tenants, String value) {
            Matcher percent = PERCENT.matcher(tenants);
            if (percent.matches()) {
                return RolloutGroup.percent(Double.parseDouble(percent.group(1)));
            }
            if (NUMBER.matcher(tenants).matches()) {
                return RolloutGroup.first(Integer.parseInt(tenants));
            }
            if (tenants.isEmpty() || tenants.contains("%")) {
                throw refused(
                        "a group", "1, 5%, rest, ada_12345678 or beta_*, with or without " + GROUP_SETTINGS, value);
            }
            return tenants.equals("rest") ? RolloutGroup.rest() : RolloutGroup.matching(tenants, new Glob(tenants));
        }

        private static RolloutGroup with(RolloutGroup group, String suffix, String option) {
            int equals = suffix.indexOf('=') + 1;
            String value = suffix.substring(equals);
            return switch (suffix.substring(0, equals)) {
                case "parallelism=" -> {
                    if (!NUMBER.matcher(value).matches()) {
                        throw refused("parallelism", "a number from 1", value);
                    }
                    yield group.withParallelism(Integer.parseInt(value));
                }
                case "on-failure=" -> group.withOnFailure(policy(value));
                default -> throw refused("the suffix of a group", GROUP_SETTINGS, option);
            };
        }
    }

    /** The order in which tenants start. */
    static final class OrderValue implements ITypeConverter<Comparator<String>> {
        @Override
        public Comparator<String> convert(String value) {
            return switch (value) {
                case "name" -> Comparator.naturalOrder();
                case "reverse" -> Comparator.reverseOrder();
                case "random" -> {
                    Map<String, Double> places = new ConcurrentHashMap<>();
                    yield Comparator.comparing((String schema) -> places.computeIfAbsent(
                                    schema, any -> ThreadLocalRandom.current().nextDouble()))
                            .thenComparing(Comparator.naturalOrder());
                }
                default -> throw refused("an order", "name, reverse or random", value);
            };
        }
    }

    /** A pattern of tenants' names. */
    static final class GlobValue implements ITypeConverter<Glob> {
        @Override
        public Glob convert(String value) {
            return new Glob(value);
        }
    }

    /**
     * A pattern in which {@code *} stands for any characters.
     *
     * @param pattern the pattern as given
     */
    record Glob(String pattern) implements Predicate<String> {
        @Override
        public boolean test(String schema) {
            String names =
                    Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
            return Pattern.compile(names, Pattern.DOTALL).matcher(schema).matches();
        }

        @Override
        public String toString() {
            return pattern;
        }
    }

    private static TypeConversionException refused(String what, String allowed, String value) {
        return new TypeConversionException(what + " must be " + allowed + ", not \"" + value + "\"");
    }
}
