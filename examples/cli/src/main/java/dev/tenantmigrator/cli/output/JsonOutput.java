package dev.tenantmigrator.cli.output;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Formats a result as one JSON document. */
public final class JsonOutput {

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** Characters that JSON allows in a string and that a terminal may obey. */
    private static final Pattern UNSAFE = Pattern.compile("[\\x7F-\\x9F\\x{202A}-\\x{202E}\\x{2066}-\\x{2069}]");

    /** Commands that check the health of tenants. */
    private static final Set<String> HEALTH = Set.of("status", "verify");

    private JsonOutput() {}

    public static String of(CommandResult result) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("command", result.command());
        document.put(
                "tenants", result.tenants().stream().map(JsonOutput::tenant).toList());
        document.put("counts", result.counts());
        if (HEALTH.contains(result.command())) {
            document.put("findings", result.findings());
        }
        document.putAll(result.more());
        // Of a run it is in "stopped".
        result.failedSpare()
                .filter(failure -> !document.containsKey("stopped"))
                .ifPresent(failure -> document.put("error", failure(failure)));
        result.notWritten().ifPresent(failure -> document.put("error", failure(failure)));
        result.error().ifPresent(failure -> document.put("error", failure(failure)));
        try {
            return UNSAFE.matcher(MAPPER.writeValueAsString(document))
                    .replaceAll(found ->
                            String.format("\\\\u%04X", (int) found.group().charAt(0)));
        } catch (IOException e) {
            throw new IllegalStateException("maps, lists, strings and numbers are always writable", e);
        }
    }

    private static Map<String, Object> tenant(TenantResult tenant) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("schema", tenant.schema());
        if (!tenant.outcome().isEmpty()) {
            fields.put("outcome", tenant.outcome());
            fields.put("versions", tenant.versions());
            if (!tenant.outcome().equals(TenantResult.FAILED)) {
                fields.put("pending", tenant.pending());
            }
            fields.put(
                    "findings",
                    tenant.findings().stream().map(JsonOutput::finding).toList());
        }
        fields.putAll(tenant.more());
        tenant.error().ifPresent(failure -> fields.put("error", failure(failure)));
        return fields;
    }

    private static Map<String, Object> finding(Finding finding) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", TerminalText.kebab(finding.kind()));
        fields.put("severity", TerminalText.kebab(finding.severity()));
        finding.version().ifPresent(version -> fields.put("version", version));
        fields.put("message", finding.message());
        return fields;
    }

    static Map<String, Object> failure(Failure failure) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("message", failure.message());
        failure.version().ifPresent(version -> fields.put("version", version));
        failure.file().ifPresent(file -> fields.put("file", file));
        failure.line().ifPresent(line -> fields.put("line", line));
        failure.statement().ifPresent(statement -> fields.put("statement", statement));
        failure.excerpt().ifPresent(excerpt -> fields.put("excerpt", excerpt));
        failure.detail().ifPresent(detail -> fields.put("detail", detail));
        failure.sqlState().ifPresent(state -> fields.put("sqlState", state));
        return fields;
    }
}
