package dev.tenantmigrator.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The contract in a JSON document: its keys and the values that stay. A place holder stands for a text for people, for SQL and
 * for a value that is another in each run. Keys are sorted, because their order is no promise.
 */
final class JsonShape {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Texts for people. */
    private static final Set<String> TEXTS = Set.of("message", "reason", "stopped", "detail", "excerpt", "notCompared");

    /** One statement. */
    private static final Set<String> TIMES = Set.of("appliedAt", "first", "last", "since");

    private static final Set<String> SQL = Set.of("sql", "statement", "statements");

    /** The library's own statements around a script: how many there are is no promise either. */
    private static final Set<String> SURROUNDINGS = Set.of("before", "after");

    private static final Pattern RANDOM_DIGITS = Pattern.compile("_[0-9]{8}(?![0-9])");
    private static final Pattern SPARE = Pattern.compile("tenant_migrator_spare_[0-9a-f]{20}");
    private static final Pattern TIME_IN_VERSION = Pattern.compile("(?<![0-9])[0-9]{14}_");

    private final Path directory;

    /** For a command line in some working directory. */
    JsonShape(Path directory) {
        this.directory = directory;
    }

    /** A document, indented. */
    String of(JsonNode document) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(shape("", document));
        } catch (IOException e) {
            throw new IllegalStateException("a tree can be written", e);
        }
    }

    private JsonNode shape(String key, JsonNode value) {
        if (value instanceof ObjectNode object) {
            TreeMap<String, JsonNode> fields = new TreeMap<>();
            object.properties().forEach(field -> fields.put(field.getKey(), shape(field.getKey(), field.getValue())));
            ObjectNode sorted = JsonNodeFactory.instance.objectNode();
            fields.forEach(sorted::set);
            return sorted;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode shaped = JsonNodeFactory.instance.arrayNode();
            if (SURROUNDINGS.contains(key) && !array.isEmpty()) {
                return shaped.add("<sql>");
            }
            array.forEach(element -> shaped.add(shape(key, element)));
            return shaped;
        }
        return value.isTextual() ? TextNode.valueOf(text(key, value.asText())) : value;
    }

    private String text(String key, String value) {
        if (TEXTS.contains(key)) {
            return "<text>";
        }
        if (SQL.contains(key)) {
            return "<sql>";
        }
        return TIMES.contains(key) ? "<time>" : stable(value);
    }

    /** A text without what is another in each run: the working directory, a tenant's digits, the time in a version. */
    String stable(String value) {
        String placed = value.replace(directory.toString(), "<directory>");
        String spare = SPARE.matcher(placed).replaceAll("tenant_migrator_spare_<random>");
        String named = RANDOM_DIGITS.matcher(spare).replaceAll("_<digits>");
        return TIME_IN_VERSION.matcher(named).replaceAll("<time>_");
    }
}
