package dev.tenantmigrator.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** All results, as Markdown or as one JSON document. */
record BenchmarkResult(List<ResultSection> sections) {

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    String json() {
        Map<String, Object> document = new LinkedHashMap<>();
        sections.forEach(section -> document.putAll(section.json()));
        try {
            return MAPPER.writeValueAsString(document);
        } catch (IOException e) {
            throw new IllegalStateException("maps and numbers are always writable", e);
        }
    }

    String markdown() {
        return sections.stream().map(ResultSection::markdown).collect(Collectors.joining(System.lineSeparator()));
    }

    static double rounded(double figure) {
        return Math.round(figure * 10_000) / 10_000.0;
    }
}
