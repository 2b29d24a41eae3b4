package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.Difference.Change;
import dev.tenantmigrator.report.Difference.Statement;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Statements of a difference that run together, and the other units that come before. */
final class FixUnit {

    private final int rank;
    private final Difference difference;
    private final List<String> statements;
    private final Mentions mentions;
    private final Mentions present;
    private final List<String> names;
    private final List<String> takenAlong;
    private final Set<FixUnit> needs = new LinkedHashSet<>();
    private final Set<FixUnit> strictNeeds = new HashSet<>();
    private Optional<FixUnit> creator = Optional.empty();

    /**
     * A unit without needs.
     *
     * @param rank its place where no need decides
     * @param mentions the names in the statements
     * @param present the names in the tenant's own object, when it is dropped or changed
     * @param takenAlong the names of other objects that are dropped with it
     */
    FixUnit(
            int rank,
            Difference difference,
            List<String> statements,
            Mentions mentions,
            Mentions present,
            List<String> takenAlong) {
        this.rank = rank;
        this.difference = difference;
        this.statements = statements;
        this.mentions = mentions;
        this.present = present;
        this.takenAlong = takenAlong;
        this.names = ObjectName.words(difference.kind(), difference.object());
    }

    /** A part of an object that another unit creates. */
    void isPartOf(FixUnit unit) {
        creator = Optional.of(unit);
        needs(unit, true);
    }

    /** Makes another unit come before. If strictly, this one cannot run without it. */
    void needs(FixUnit other, boolean strictly) {
        if (other != this) {
            needs.add(other);
            if (strictly) {
                strictNeeds.add(other);
            }
        }
    }

    int rank() {
        return rank;
    }

    Difference difference() {
        return difference;
    }

    List<String> statements() {
        return statements;
    }

    Mentions mentions() {
        return mentions;
    }

    Set<FixUnit> needs() {
        return needs;
    }

    Set<FixUnit> strictNeeds() {
        return strictNeeds;
    }

    boolean is(Change change) {
        return difference.change() == change;
    }

    /** Whether it is the first unit of its difference: in one that is missing, it makes the object. */
    boolean isFirst() {
        return creator.isEmpty();
    }

    /** The names of its object. */
    List<String> names() {
        return names;
    }

    /** The last of the names; empty for an object that statements do not name. */
    String lastName() {
        return names.isEmpty() ? "" : names.get(names.size() - 1);
    }

    /** The names by which others find it: its own last one, and those of objects that are dropped with it. */
    List<String> keys() {
        return Stream.concat(Stream.of(lastName()), takenAlong.stream()).toList();
    }

    /** Whether its statements name the object of another unit. */
    boolean mentions(FixUnit other) {
        return mentions.has(other.names());
    }

    /** Whether its statements, or the tenant's own object, name the object of another unit, or one that is dropped with it. */
    boolean uses(FixUnit other) {
        return mentions(other)
                || present.has(other.names())
                || other.takenAlong.stream().map(List::of).anyMatch(name -> mentions.has(name) || present.has(name));
    }

    /** All names that {@link #uses} may find, without those in quotes. */
    Set<String> words() {
        Set<String> words = new HashSet<>(mentions.words());
        words.addAll(present.words());
        return words;
    }

    /** Whether one of the difference's statements drops or changes something; an index is not made again before it is dropped. */
    boolean isDestructive() {
        return difference.statements().stream().anyMatch(Statement::destructive);
    }
}
