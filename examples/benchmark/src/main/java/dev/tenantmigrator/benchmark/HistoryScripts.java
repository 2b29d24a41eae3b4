package dev.tenantmigrator.benchmark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A history of real size: a baseline of ten tables, then migrations of all kinds in their usual mix. The same in every run. */
final class HistoryScripts {

    private static final int TABLES = 10;

    /** Of a hundred migrations. */
    private static final Map<Kind, Integer> MIX = new EnumMap<>(Map.of(
            Kind.A, 25, Kind.C, 18, Kind.D, 14, Kind.B, 9, Kind.F, 8, Kind.I, 7, Kind.J, 6, Kind.G, 5, Kind.H, 4,
            Kind.E, 4));

    private static final int HUNDREDS = 4;
    private static final long SEED = 400;

    private HistoryScripts() {}

    /** The first migration. */
    static Script baseline() {
        return new Script(
                version(0, "baseline"), tables().stream().map(Kind::baseline).collect(Collectors.joining("\n")));
    }

    /** All others. */
    static List<Script> migrations() {
        List<Kind> kinds = new ArrayList<>();
        MIX.forEach((kind, share) -> kinds.addAll(Collections.nCopies(share * HUNDREDS, kind)));
        Collections.shuffle(kinds, new Random(SEED));
        List<String> tables = tables();
        Map<String, Integer> numbers = new HashMap<>();
        List<Script> scripts = new ArrayList<>();
        for (Kind kind : kinds) {
            String table = tables.get(scripts.size() % TABLES);
            int number = numbers.merge(kind + table, 1, Integer::sum) + 1;
            scripts.add(new Script(
                    version(scripts.size() + 1, table + "_" + kind.migration(number)), kind.script(table, number)));
        }
        return List.copyOf(scripts);
    }

    private static List<String> tables() {
        return IntStream.rangeClosed(1, TABLES)
                .mapToObj(table -> "table_" + table)
                .toList();
    }

    private static String version(int at, String name) {
        return String.format(Locale.ROOT, "20260101%06d_%s", at, name);
    }
}
