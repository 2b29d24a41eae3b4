package dev.tenantmigrator.benchmark;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Lets the competitors do the same work in turn, in rounds whose order rotates, after a warm-up, and proves from the catalogs
 * that each really did it.
 */
final class Benchmark {

    private final Setup setup;
    private final Set<Part> parts;

    Benchmark(Setup setup, Set<Part> parts) {
        this.setup = setup;
        this.parts = parts;
    }

    /** Runs the parts. */
    Figures run() throws Exception {
        List<Section> sections = new ArrayList<>();
        if (has(Part.CREATE) || has(Part.DEPLOY_ONE) || has(Part.LOOKS)) {
            sections.add(competitors());
        }
        if (has(Part.KINDS) || has(Part.PARALLEL)) {
            sections.addAll(new Kinds(setup, parts).run());
        }
        if (has(Part.HISTORY)) {
            if (Psql.installed()) {
                sections.add(new History(setup).run());
            } else {
                setup.tell("history: left out, because there is no psql on the PATH to compare with");
            }
        }
        return new Figures(sections);
    }

    private Section competitors() throws Exception {
        Competitors competitors = new Competitors(setup.server(), setup.directory(), setup.threads());
        Changes changes = new Changes(setup, competitors);
        Map<Work, Map<String, Double>> medians = new EnumMap<>(Work.class);
        if (has(Part.CREATE)) {
            medians.put(Work.CREATE, changes.create());
        } else {
            changes.createUnmeasured();
        }
        if (has(Part.DEPLOY_ONE)) {
            medians.put(Work.DEPLOY_ONE, changes.deployOne());
        }
        if (has(Part.LOOKS)) {
            medians.putAll(new Looks(setup, competitors).run());
        }
        return new CompetitorFigures(setup.tenants().size(), setup.threads(), medians);
    }

    private boolean has(Part part) {
        return parts.contains(part);
    }

    /** Names of tenants, from 1. */
    static List<String> names(String prefix, int number) {
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= number; i++) {
            names.add(prefix + String.format(Locale.ROOT, "%05d", i));
        }
        return List.copyOf(names);
    }
}
