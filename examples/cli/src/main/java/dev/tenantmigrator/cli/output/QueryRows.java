package dev.tenantmigrator.cli.output;

import com.fasterxml.jackson.dataformat.csv.CsvGenerator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import dev.tenantmigrator.ScriptRows;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The rows that a script reads in many tenants, each with its tenant. Thread-safe. */
public final class QueryRows implements ScriptRows {

    private static final String TENANT = "tenant";

    private static final CsvMapper CSV = CsvMapper.builder()
            .enable(CsvGenerator.Feature.STRICT_CHECK_FOR_QUOTING)
            .build();

    /** Their values are numbers unless they say NaN, Infinity or, of the type money, an amount. */
    private static final Set<Integer> NUMBERS =
            Set.of(Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.NUMERIC, Types.REAL, Types.DOUBLE);

    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?");

    /** The driver has one type for {@code boolean} and for {@code bit}, whose values are 0 and 1. */
    private static final Map<String, Boolean> BOOLEANS = Map.of("t", true, "f", false);

    /** By statement, then by tenant: the rows of a tenant's last attempt. */
    private final Map<Integer, Map<String, List<Map<String, Cell>>>> rows = new TreeMap<>();

    /** By statement. Tenants may differ in their columns. */
    private final Map<Integer, List<String>> columns = new TreeMap<>();

    private record Cell(Optional<String> text, int type) {

        Optional<Object> json() {
            return text.map(this::json);
        }

        private Object json(String value) {
            if (NUMBERS.contains(type) && NUMBER.matcher(value).matches()) {
                return new BigDecimal(value);
            }
            return type == Types.BIT && BOOLEANS.containsKey(value) ? BOOLEANS.get(value) : value;
        }
    }

    @Override
    public void accept(String schema, int statement, ResultSet found) throws SQLException {
        List<String> names = names(found.getMetaData());
        List<Map<String, Cell>> read = new ArrayList<>();
        while (found.next()) {
            Map<String, Cell> row = new LinkedHashMap<>();
            for (int i = 0; i < names.size(); i++) {
                row.put(
                        names.get(i),
                        new Cell(
                                Optional.ofNullable(found.getString(i + 1)),
                                found.getMetaData().getColumnType(i + 1)));
            }
            read.add(row);
        }
        synchronized (this) {
            List<String> all = columns.computeIfAbsent(statement, key -> new ArrayList<>());
            names.stream().filter(name -> !all.contains(name)).forEach(all::add);
            rows.computeIfAbsent(statement, key -> new TreeMap<>()).put(schema, read);
        }
    }

    /** The names of the columns, each once: the tenant has a column of its own. */
    private static List<String> names(ResultSetMetaData meta) throws SQLException {
        List<String> names = new ArrayList<>();
        for (int column = 1; column <= meta.getColumnCount(); column++) {
            String label = meta.getColumnLabel(column);
            String name = label;
            for (int next = 2; names.contains(name) || name.equals(TENANT); next++) {
                name = label + "_" + next;
            }
            names.add(name);
        }
        return names;
    }

    /** Removes the rows of tenants in which the script failed. */
    public synchronized void keep(Set<String> tenants) {
        rows.values().forEach(byTenant -> byTenant.keySet().retainAll(tenants));
    }

    /** The number of statements that returned rows. */
    public synchronized int queries() {
        return columns.size();
    }

    /** For JSON: one entry per statement with rows. */
    public synchronized List<Map<String, Object>> json() {
        List<Map<String, Object>> results = new ArrayList<>();
        columns.forEach((statement, names) -> {
            List<Map<String, Object>> objects = new ArrayList<>();
            forEach(statement, (tenant, row) -> {
                Map<String, Object> object = new LinkedHashMap<>();
                object.put(TENANT, tenant);
                row.forEach((name, cell) -> object.put(name, cell.json().orElse(null)));
                objects.add(object);
            });
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("statement", statement);
            result.put("columns", withTenant(names));
            result.put("rows", objects);
            results.add(result);
        });
        return results;
    }

    /** One table per statement with rows. */
    synchronized List<String> tables(Screen screen) {
        List<String> lines = new ArrayList<>();
        columns.forEach((statement, names) -> {
            TextTable table = new TextTable(withTenant(names).toArray(String[]::new));
            forEach(statement, (tenant, row) -> table.add(cells(tenant, row, names)));
            lines.addAll(table.lines(screen));
            lines.add("");
        });
        return lines;
    }

    /** The rows of the only query, by RFC 4180. A null is an empty field. */
    public synchronized List<String> csv() {
        List<String> texts = new ArrayList<>();
        columns.forEach((statement, names) -> {
            CsvSchema.Builder schema = CsvSchema.builder().setUseHeader(true).setLineSeparator("\n");
            withTenant(names).forEach(schema::addColumn);
            List<String[]> records = new ArrayList<>();
            forEach(statement, (tenant, row) -> records.add(cells(tenant, row, names)));
            try {
                String text = CSV.writer(schema.build()).writeValueAsString(records);
                texts.add(text.substring(0, text.length() - 1));
            } catch (IOException e) {
                throw new IllegalStateException("strings are always writable", e);
            }
        });
        return texts;
    }

    private interface RowConsumer {
        void accept(String tenant, Map<String, Cell> row);
    }

    private void forEach(int statement, RowConsumer consumer) {
        rows.getOrDefault(statement, Map.of())
                .forEach((tenant, read) -> read.forEach(row -> consumer.accept(tenant, row)));
    }

    private static List<String> withTenant(List<String> names) {
        List<String> all = new ArrayList<>(List.of(TENANT));
        all.addAll(names);
        return all;
    }

    private static String[] cells(String tenant, Map<String, Cell> row, List<String> names) {
        List<String> cells = new ArrayList<>(List.of(tenant));
        for (String name : names) {
            Cell cell = row.get(name);
            cells.add(cell == null ? "" : cell.text().orElse(""));
        }
        return cells.toArray(String[]::new);
    }
}
