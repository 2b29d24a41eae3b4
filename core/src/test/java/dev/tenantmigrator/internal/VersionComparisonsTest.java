package dev.tenantmigrator.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@link dev.tenantmigrator.MigrationSource#order()} is the only comparison of versions. This reads the main sources, core and
 * examples, and finds every statement that orders anything in a file that names versions or migrations, unless it orders by that
 * comparator. Versions are strings, so only the list below can say that a statement orders something else.
 */
class VersionComparisonsTest {

    /** A statement that does not order versions by the source's order: a part of its text, and why it may stand. */
    private record Allowed(String file, String statement, String reason) {}

    private static final String CORE = "core/src/main/java/dev/tenantmigrator/";
    private static final String CLI = "examples/cli/src/main/java/dev/tenantmigrator/cli/";

    private static final List<Allowed> ALLOWED = List.of(
            new Allowed(CORE + "MigrationSource.java", "return CodePointOrder.INSTANCE", "the default of order()"),
            new Allowed(
                    CORE + "internal/backfill/StructureReference.java",
                    "Comparator.comparing(LostForeignKey::table)",
                    "foreign keys"),
            new Allowed(
                    CORE + "internal/backfill/StructureReference.java",
                    "Comparator.comparing(DatabaseObject::name)",
                    "objects of a schema"),
            new Allowed(
                    CORE + "internal/containment/ReadWarnings.java", "bySchema = new TreeMap", "schemas of relations"),
            new Allowed(CORE + "internal/drift/DriftCheck.java", "unknown = new ConcurrentSkipListMap", "by tenant"),
            new Allowed(CORE + "internal/drift/DriftCheck.java", "classes.sorted()", "classes by their size"),
            new Allowed(CORE + "internal/drift/OtherFix.java", "tokens = new TreeSet", "types of tokens"),
            new Allowed(
                    CORE + "internal/migrate/DeployPlanner.java",
                    "Map<String, TenantPlan> plans = new TreeMap",
                    "by tenant"),
            new Allowed(
                    CORE + "internal/source/ClasspathSource.java",
                    "directories = new TreeMap",
                    "read in the same order everywhere; the catalog sorts"),
            new Allowed(
                    CORE + "internal/source/ClasspathSource.java", "name -> new TreeMap", "the files of a directory"),
            new Allowed(
                    CORE + "internal/source/DirectorySource.java",
                    "children.sorted()",
                    "read in the same order everywhere; the catalog sorts"),
            new Allowed(
                    CORE + "internal/script/ReservedLabels.java",
                    "Comparator.comparing(String::length)",
                    "names of types"),
            new Allowed(
                    CORE + "internal/script/ReservedLabels.java",
                    "Set<Integer> more = new TreeSet",
                    "numbers of labels"),
            new Allowed(
                    CORE + "internal/sql/advice/ScriptNotes.java",
                    "Set<String> found = new TreeSet",
                    "words of a note"),
            new Allowed(CORE + "internal/sql/rules/SettingRules.java", "Set<String> names = new TreeSet", "settings"),
            new Allowed(
                    CORE + "internal/tenant/TenantCreator.java",
                    "Set<String> names = new TreeSet",
                    "objects of a schema"),
            new Allowed(
                    CORE + "internal/tenant/CallersTransaction.java", "leftovers = new TreeMap", "session settings"),
            new Allowed(
                    CORE + "internal/tracking/FleetReader.java",
                    "list(connection, config.recorder()::tenants).stream()",
                    "tenants"),
            new Allowed(
                    CORE + "internal/tracking/FleetReader.java",
                    "new Fleet<>(new TreeMap<>(), new TreeMap<>())",
                    "by tenant"),
            new Allowed(
                    CORE + "internal/tracking/FleetReader.java",
                    "new Fleet<>(new ConcurrentSkipListMap<>(), new ConcurrentSkipListMap<>())",
                    "by tenant"),
            new Allowed(
                    CORE + "internal/tracking/store/RecordDigest.java",
                    ".sorted(CodePointOrder.INSTANCE)",
                    "two sets made equal: the server sorts the bytes of UTF-8 the same way"),
            new Allowed(
                    CORE + "internal/tracking/store/TrackingTable.java",
                    ".sorted(CodePointOrder.INSTANCE)",
                    "two sets made equal: PostgreSQL sorts ASCII the same way, and other names itself"),
            new Allowed(
                    CORE + "internal/tracking/store/ValueRecorder.java",
                    ".sorted() .toList()",
                    "two lists made comparable"),
            new Allowed(
                    CORE + "internal/verify/Inspector.java",
                    ".filter(schema -> !found.contains(schema)) .sorted()",
                    "tenants"),
            new Allowed(
                    CORE + "internal/verify/Inspector.java",
                    "Map<String, TenantStatus> statuses = new TreeMap",
                    "by tenant"),
            new Allowed(
                    CORE + "internal/verify/Inspector.java",
                    "Map<String, TenantOutcome> outcomes = new TreeMap",
                    "by tenant"),
            new Allowed(CLI + "output/html/RunTimes.java", ".sorted(slowest())", "times"),
            new Allowed(CLI + "output/html/RunTimes.java", "applied.stream().max(", "times"),
            new Allowed(
                    CLI + "output/SpareResults.java", "Comparator.comparing(SpareTenant::state)", "states of spares"),
            new Allowed(CLI + "output/SpareResults.java", "counts = new TreeMap", "numbers by state"),
            new Allowed(
                    "examples/benchmark/src/main/java/dev/tenantmigrator/benchmark/SignUpResults.java",
                    "nanos.stream().sorted()",
                    "times"),
            new Allowed(CLI + "output/TenantResult.java", "counts = new TreeMap", "numbers by outcome"),
            new Allowed(CLI + "output/VersionHistory.java", "applied.sort(null)", "times"),
            new Allowed(CLI + "setup/CliSession.java", "unreadable = new TreeMap", "by tenant"),
            new Allowed(
                    "examples/benchmark/src/main/java/dev/tenantmigrator/benchmark/ScaleBenchmark.java",
                    "times.stream().sorted()",
                    "durations"));

    /** Names versions or migrations, also in a longer name such as {@code toVersion} or {@code PlannedMigration}. */
    private static final Pattern ABOUT_VERSIONS =
            Pattern.compile("[vV]ersions?\\b|(?<!Tenant)Migrations?\\b|\\bmigrations?\\b");

    /** Orders, or is ordered. Numbers are no versions: {@code comparingInt} and {@code Math.max} are not meant. */
    private static final Pattern ORDERS = Pattern.compile(
            "\\bcompareTo(IgnoreCase)?\\b|\\bComparable\\b|\\bCollator\\b"
                    + "|\\bComparator\\.(?!comparing(Int|Long|Double)\\()|\\bnaturalOrder\\b|\\breverseOrder\\b|\\bCASE_INSENSITIVE_ORDER\\b"
                    + "|\\bnew (Tree(Map|Set)|ConcurrentSkipList(Map|Set)|PriorityQueue|PriorityBlockingQueue)\\b|Tree(Map|Set)::new"
                    + "|\\.sort(ed)?\\((?!Comparator\\.comparing(Int|Long|Double)\\()|(?<!Math)\\.(max|min)\\((?!\\))|\\b(max|min)By\\b|\\bCodePointOrder\\b|\\.compare\\(");

    /** The ways to get the source's order: from a source, from the catalog, or as a parameter. */
    private static final Pattern BY_THE_SOURCE = Pattern.compile(
            "\\border\\(\\)\\s*(\\.compare\\(|\\.reversed\\(\\)|[),])|, order\\)|\\border\\.compare\\(");

    private static final Pattern SQL = Pattern.compile(
            "(?i)\\bORDER BY\\s+(?!\\w+\\.id\\b)[^)]*\\bversion\\b|\\b(max|min)\\s*\\(\\s*(\\w+\\.)?version\\b"
                    + "|\\bversion\\s*(>=?|<=?)\\s*[?'%$(\\w]");

    private static final Pattern TEXT =
            Pattern.compile("\"\"\"[\\s\\S]*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\])+'");
    private static final Pattern COMMENT_OR_TEXT = Pattern.compile("//[^\\n]*|/\\*[\\s\\S]*?\\*/|" + TEXT.pattern());

    @Test
    void onlyTheSourceOrdersVersions() throws IOException {
        List<String> found = new ArrayList<>();
        Set<Allowed> used = new HashSet<>();
        for (Path file : sources()) {
            String name = file.toString().replace('\\', '/');
            for (String statement : comparisons(Files.readString(file))) {
                List<Allowed> allowed = ALLOWED.stream()
                        .filter(entry -> name.equals(entry.file()) && statement.contains(entry.statement()))
                        .toList();
                used.addAll(allowed);
                if (allowed.isEmpty()) {
                    found.add(name + ": " + statement);
                }
            }
        }

        assertThat(found)
                .as("comparisons that may be of versions: use MigrationSource.order(), or allow them with a reason")
                .isEmpty();
        assertThat(ALLOWED)
                .filteredOn(entry -> !used.contains(entry))
                .as("allowed, but found no longer")
                .isEmpty();
    }

    @Test
    void findsTheUsualWaysOfComparingVersions() {
        assertThat(Stream.of(
                        "if (row.version().compareTo(newest) < 0) { x(); }",
                        "migrations.sort(Comparator.comparing(Migration::version));",
                        "versions.stream().sorted().toList();",
                        "versions.stream().sorted(Comparator.reverseOrder()).toList();",
                        "versions.stream().max(String::compareTo);",
                        "Collections.max(versions); List.of(versions).min(x);",
                        "Set<Migration> all = new TreeSet<>();",
                        "Map<String, Migration> byVersion = migrations.collect(toMap(a, b, c, TreeMap::new));",
                        "String query = \"SELECT version FROM t ORDER BY version\";",
                        "String query = \"SELECT max(version) FROM t\"; // version",
                        "String query = \"\"\"\n  SELECT * FROM t WHERE version > ?\n\"\"\";"))
                .allSatisfy(code -> assertThat(comparisons(code)).as(code).isNotEmpty());
        assertThat(Stream.of(
                        "versions.stream().sorted(catalog.order()).toList();",
                        "if (order.compare(version, other) < 0) { x(); }",
                        "int longest = Math.max(version.length(), 2);",
                        "rows.sorted(Comparator.comparingInt(Row::id)); // version.compareTo(other)",
                        "String query = \"SELECT version FROM t ORDER BY id\";"))
                .allSatisfy(code -> assertThat(comparisons(code)).as(code).isEmpty());
    }

    /** The statements of a file that order something, if the file is about versions. */
    private static List<String> comparisons(String source) {
        String code = COMMENT_OR_TEXT
                .matcher(source)
                .replaceAll(match -> match.group().startsWith("/") ? " " : Matcher.quoteReplacement(match.group()));
        if (!ABOUT_VERSIONS.matcher(code).find()) {
            return List.of();
        }
        List<String> found = new ArrayList<>();
        TEXT.matcher(code)
                .results()
                .map(MatchResult::group)
                .filter(text -> SQL.matcher(text).find())
                .forEach(found::add);
        String withoutTexts = TEXT.matcher(code).replaceAll("\"\"").replaceAll("(?m)^import .*$", "");
        Arrays.stream(withoutTexts.split("[;{}]"))
                .map(statement -> statement.replaceAll("\\s+", " ").strip())
                .filter(statement -> ORDERS.matcher(statement).find())
                .filter(statement -> !BY_THE_SOURCE.matcher(statement).find())
                .forEach(found::add);
        return found;
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : List.of("core", "examples/cli", "examples/registration", "examples/benchmark")) {
            try (Stream<Path> files = Files.walk(Path.of(module, "src/main/java"))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        assertThat(sources).as("sources that were read").hasSizeGreaterThan(150);
        return sources;
    }
}
