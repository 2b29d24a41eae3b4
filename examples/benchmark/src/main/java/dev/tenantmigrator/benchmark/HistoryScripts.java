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

/**
 * A history of realistic size: a baseline of ten tables, then migrations of all kinds in a typical mix. Each
 * run produces the same scripts.
 */
final class HistoryScripts {

    private static final int TABLES = 10;

    /** Migrations of each kind per hundred. */
    private static final Map<MigrationKind, Integer> MIX = new EnumMap<>(Map.of(
            MigrationKind.A,
            25,
            MigrationKind.C,
            18,
            MigrationKind.D,
            14,
            MigrationKind.B,
            9,
            MigrationKind.F,
            8,
            MigrationKind.I,
            7,
            MigrationKind.J,
            6,
            MigrationKind.G,
            5,
            MigrationKind.H,
            4,
            MigrationKind.E,
            4));

    private static final int HUNDREDS = 4;

    /** Any constant: each run must shuffle alike. */
    private static final long SEED = 400;

    private HistoryScripts() {}

    /** The first migration. */
    static MigrationScript baseline() {
        return new MigrationScript(
                version(0, "baseline"),
                tables().stream().map(MigrationKind::baseline).collect(Collectors.joining("\n")));
    }

    /** The migrations after the baseline. */
    static List<MigrationScript> migrations() {
        List<MigrationKind> kinds = new ArrayList<>();
        MIX.forEach((kind, share) -> kinds.addAll(Collections.nCopies(share * HUNDREDS, kind)));
        Collections.shuffle(kinds, new Random(SEED));
        List<String> tables = tables();
        Map<String, Integer> numbers = new HashMap<>();
        List<MigrationScript> scripts = new ArrayList<>();
        for (MigrationKind kind : kinds) {
            String table = tables.get(scripts.size() % TABLES);
            int number = numbers.merge(kind + table, 1, Integer::sum) + 1;
            scripts.add(new MigrationScript(
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
