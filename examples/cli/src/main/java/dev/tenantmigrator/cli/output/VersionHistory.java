package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.report.StatusReport;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** For each version: the number of tenants in which it is applied, and when it was applied first and last. */
public final class VersionHistory {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    /** In the order of the migrations; versions without a file follow in the order of the tenants' records. */
    private final Map<String, List<LocalDateTime>> times = new LinkedHashMap<>();

    private final int tenants;

    public VersionHistory(StatusReport report) {
        this.tenants = report.tenants().size();
        report.versions().forEach(version -> times.put(version, new ArrayList<>()));
        report.tenants()
                .forEach(tenant -> tenant.applied().stream()
                        .filter(AppliedMigration::finished)
                        .forEach(row -> times.computeIfAbsent(row.version(), version -> new ArrayList<>())
                                .add(row.appliedAt().orElseThrow())));
        times.values().forEach(applied -> applied.sort(null));
    }

    public List<String> lines(Screen screen) {
        TextTable table = new TextTable("VERSION", "TENANTS", "FIRST", "LAST");
        times.forEach((version, applied) -> table.add(
                version,
                applied.size() + " of " + tenants,
                first(applied).map(TIME::format).orElse(""),
                last(applied).map(TIME::format).orElse("")));
        return table.lines(screen);
    }

    public List<Map<String, Object>> json() {
        List<Map<String, Object>> versions = new ArrayList<>();
        times.forEach((version, applied) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("version", version);
            entry.put("tenants", applied.size());
            first(applied).ifPresent(time -> entry.put("first", time.toString()));
            last(applied).ifPresent(time -> entry.put("last", time.toString()));
            versions.add(entry);
        });
        return versions;
    }

    private static Optional<LocalDateTime> first(List<LocalDateTime> sorted) {
        return sorted.stream().findFirst();
    }

    private static Optional<LocalDateTime> last(List<LocalDateTime> sorted) {
        return sorted.isEmpty() ? Optional.empty() : Optional.of(sorted.get(sorted.size() - 1));
    }
}
