package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.StructureClass;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts tenants with equal differences together. Thread-safe. */
final class StructureClasses {

    private final Collection<String> asDefined = new TreeSet<>();

    /** By their differences without tenants' names; within one, the differences of each tenant that was read. */
    private final Map<List<Difference>, TreeMap<String, StructureClass>> differing = new HashMap<>();

    /** Adds tenants without differences. */
    synchronized void addAsDefined(Collection<String> tenants) {
        asDefined.addAll(tenants);
    }

    /** Adds tenants that all differ like the first of them, whose differences were read. */
    synchronized void add(StructureClass found) {
        if (found.differences().isEmpty()) {
            asDefined.addAll(found.tenants());
            return;
        }
        String schema = found.tenants().get(0);
        differing
                .computeIfAbsent(withoutName(found.differences(), schema), absent -> new TreeMap<>())
                .put(schema, found);
    }

    private static List<Difference> withoutName(List<Difference> differences, String schema) {
        Pattern name = Pattern.compile("(?<![\\w$])" + Pattern.quote(schema) + "(?![\\w$])");
        return differences.stream()
                .map(difference -> new Difference(
                        difference.kind(),
                        without(difference.object(), name),
                        difference.change(),
                        difference.severity(),
                        difference.attribute(),
                        difference.expected().map(text -> without(text, name)),
                        difference.actual().map(text -> without(text, name)),
                        List.of()))
                .toList();
    }

    private static String without(String text, Pattern name) {
        Matcher matcher = name.matcher(text);
        return matcher.replaceAll("\u0000");
    }

    /** The classes: tenants that are as defined first, then the largest class first. */
    synchronized List<StructureClass> sorted() {
        List<StructureClass> classes = new ArrayList<>();
        differing.values().forEach(members -> {
            Collection<String> tenants = new TreeSet<>();
            members.values().forEach(part -> tenants.addAll(part.tenants()));
            StructureClass first = members.firstEntry().getValue();
            classes.add(new StructureClass(List.copyOf(tenants), first.differences(), first.steps(), first.hints()));
        });
        classes.sort(Comparator.comparing((StructureClass one) -> -one.tenants().size())
                .thenComparing(one -> one.tenants().get(0)));
        Optional.of(asDefined)
                .filter(tenants -> !tenants.isEmpty())
                .ifPresent(tenants -> classes.add(0, new StructureClass(List.copyOf(tenants), List.of())));
        return classes;
    }
}
