package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.cli.output.HealthText;
import dev.tenantmigrator.cli.output.Screen;
import dev.tenantmigrator.cli.output.TerminalText;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.TenantStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that limit a command to some tenants: those of status, verify, backfill and plan. */
final class OnlyOption {

    @Mixin
    private TenantsOption tenants = new TenantsOption();

    @Option(
            names = "--only",
            paramLabel = "KIND",
            split = ",",
            converter = KindValue.class,
            description = "Only tenants with a finding of this kind: pending, missing-table, checksum-mismatch and"
                    + " others that verify shows. Repeatable, or a,b.")
    private List<Finding.Kind> kinds = List.of();

    /** Checks the options, then selects tenants: one, or those that fit the options, or all. */
    Tenants selected(CliSession session, Optional<String> schema) {
        tenants.check(session, schema);
        Tenants selected = tenants.selected(schema);
        if (kinds.isEmpty()) {
            return selected;
        }
        Set<String> found = session.migrator().status(selected).tenants().stream()
                .filter(tenant -> has(tenant.findings()))
                .map(TenantStatus::schema)
                .collect(Collectors.toUnmodifiableSet());
        return selected.where(found::contains);
    }

    private boolean has(List<Finding> findings) {
        return findings.stream().map(Finding::kind).anyMatch(kinds::contains);
    }

    /** Rejects patterns without a match; see {@link TenantsOption#checkFound}. */
    void checkFound(CliSession session, int found) {
        if (kinds.isEmpty()) {
            tenants.checkFound(session, found);
        }
    }

    /** The text for a selection without tenants; empty if the fleet has none. */
    Optional<String> nothingFound() {
        return kinds.isEmpty()
                ? Optional.empty()
                : Optional.of("No tenant has a finding of the kind "
                        + kinds.stream().map(TerminalText::kebab).collect(Collectors.joining(", "))
                        + ".");
    }

    /** The health of the selected tenants as text, with the options of a comparison of structures as they were typed. */
    HealthText health(Optional<String> schema, List<String> comparison, Screen screen) {
        boolean allPending = schema.isEmpty()
                && tenants.patterns().isEmpty()
                && (kinds.isEmpty() || kinds.contains(Finding.Kind.PENDING));
        return new HealthText(screen, tenants.patterns(), allPending, comparison);
    }

    /** A kind of finding in kebab case. */
    static final class KindValue implements ITypeConverter<Finding.Kind> {
        /** Found by another comparison than the one that selects tenants. */
        private static final Set<Finding.Kind> STRUCTURE = Set.of(Finding.Kind.DRIFT, Finding.Kind.STRUCTURE_UNKNOWN);

        @Override
        public Finding.Kind convert(String value) {
            Finding.Kind kind = kind(value);
            if (STRUCTURE.contains(kind)) {
                throw new TypeConversionException("\"" + value + "\" selects no tenants; the command drift lists them");
            }
            return kind;
        }

        private static Finding.Kind kind(String value) {
            return Arrays.stream(Finding.Kind.values())
                    .filter(kind -> TerminalText.kebab(kind).equals(value.toLowerCase(Locale.ROOT)))
                    .findFirst()
                    .orElseThrow(
                            () -> new TypeConversionException("\"" + value + "\" is no kind of finding; the kinds are "
                                    + Arrays.stream(Finding.Kind.values())
                                            .map(TerminalText::kebab)
                                            .collect(Collectors.joining(", "))));
        }
    }
}
