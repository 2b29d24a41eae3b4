package dev.tenantmigrator.cli.output.html;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenantmigrator.cli.output.DriftCommands;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.PlanReport;
import dev.tenantmigrator.report.StatusReport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fleet as one HTML page that needs no network. The page holds the data as JSON, which its script turns into elements of text only:
 * names, SQL and errors come from outside and never become markup.
 *
 * @param database the database in words
 * @param made the time of the report
 * @param commands the commands for differences, which name the selection of tenants
 * @param status the tenants' versions and findings
 * @param drift the comparison of the same tenants
 * @param plan the plan of a deploy, for tenants with something to do
 * @param run a run with its durations
 */
public record HtmlReport(
        String database,
        Instant made,
        DriftCommands commands,
        StatusReport status,
        DriftReport drift,
        PlanReport plan,
        Optional<FleetReport> run) {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

    /** The tenants and their results, for the verdict and the exit code. */
    public PageTenants tenants() {
        return PageTenants.of(status, drift, run);
    }

    /** The page. */
    public String toHtml() {
        String script = resource("report.js");
        PageTenants tenants = tenants();
        Verdict verdict = tenants.verdict();
        Map<String, String> values = Map.of(
                "verdict", text(verdict.text()),
                "level", verdict.level(),
                "place", text(PageData.place(database, made, commands.selection())),
                "style", resource("report.css"),
                "script", script,
                "hash", sha256(script),
                "data", json(new PageData(tenants, commands).of(this)));
        Matcher places = PLACE.matcher(resource("report.html"));
        return places.replaceAll(place -> Matcher.quoteReplacement(
                Optional.ofNullable(values.get(place.group(1))).orElseThrow()));
    }

    /** JSON inside of a script element: without this letter no text can end it. */
    private static String json(Map<String, Object> data) {
        try {
            return MAPPER.writeValueAsString(data).replace("<", "\\u003c");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps, lists, strings and numbers are always writable", e);
        }
    }

    private static String text(String words) {
        return words.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String resource(String name) {
        try (InputStream file = HtmlReport.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("the jar lacks " + name);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(String script) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
