package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.DriftOptions;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.backfill.SchemaReplacement;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.jdbc.ReadOnlyTransaction;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.script.PreparedScripts;
import dev.tenantmigrator.internal.script.ScratchSchema;
import dev.tenantmigrator.internal.script.TenantPath;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.rewrite.SchemaRenaming;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.rollout.Rollout;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds out the structure that tenants should have: from the migrations that are recorded in them, or from another schema. */
final class Definitions {

    private final Config config;
    private final Optional<String> against;
    private final MigrationCatalog catalog;
    private final StructureReader reader;
    private final Containment containment;

    Definitions(Config config, DriftOptions options, StructureReader reader) {
        this.config = config;
        this.against = options.against();
        this.catalog = MigrationCatalog.read(config.migrations());
        this.reader = reader;
        this.containment = new Containment(config);
    }

    /** The reason why recorded versions give no structure; empty when they do, or when another schema gives it. */
    Optional<Failure> refusal(String schema, List<RecordedVersion> rows) {
        if (against.isPresent()) {
            return Optional.empty();
        }
        TenantState state = TenantState.of(schema, rows, catalog);
        // An edited or missing file would define another structure than the tenant had.
        Optional<Failure> refusal = state.refusal(true, catalog);
        if (refusal.isPresent()) {
            return refusal;
        }
        return state.findings().stream()
                .filter(finding -> finding.kind() == Finding.Kind.AHEAD || finding.kind() == Finding.Kind.UNFINISHED)
                .findFirst()
                .map(finding -> Failure.of(
                                finding.kind() == Finding.Kind.AHEAD
                                        ? "it is newer than the newest file here; compare with the migrations of the newer release"
                                        : "it is unfinished; deploy or repair it first, then compare")
                        .inTenant(schema)
                        .ofVersion(finding.version().orElse("")));
    }

    /** The versions that decide a tenant's definition: tenants with an equal key have one definition. */
    List<String> key(List<RecordedVersion> rows) {
        return against.isPresent()
                ? List.of()
                : rows.stream().map(RecordedVersion::version).toList();
    }

    /**
     * Records that a tenant would have after a deploy: with the next version, and with all of them; none where another schema is the
     * measure.
     */
    List<List<RecordedVersion>> next(List<RecordedVersion> rows) {
        List<RecordedVersion> pending = against.isPresent()
                ? List.of()
                : TenantState.of("", rows, catalog).pending().stream()
                        .map(TenantState::rowOf)
                        .toList();
        return Stream.of(1, pending.size())
                .filter(number -> number <= pending.size() && number > 0)
                .distinct()
                .map(number -> Stream.concat(rows.stream(), pending.stream().limit(number))
                        .toList())
                .toList();
    }

    /** A session to read a definition; another schema can also be read on a standby. */
    Session open() {
        return against.isPresent() ? Session.openToRead(config.dataSource()) : Session.open(config.dataSource());
    }

    /** The definition of tenants with these recorded versions. */
    Definition of(Session session, List<RecordedVersion> rows) throws SQLException {
        return against.isPresent() ? ofSchema(session, against.get()) : ofVersions(session, rows);
    }

    /** The structure that recorded versions give: their migrations run in a scratch schema, which is rolled back. */
    private Definition ofVersions(Session session, List<RecordedVersion> rows) throws SQLException {
        session.requireWritable();
        List<Migration> migrations = rows.stream()
                .flatMap(row -> catalog.find(row.version()).stream())
                .toList();
        List<MigrationScript> files = migrations.stream().map(Migration::up).toList();
        // A comparison creates no extension.
        PreparedScripts scripts = PreparedScripts.inspect(config, Rollout.defaults(), session.connection(), files)
                .forCreation(files);
        return ScratchSchema.use(session, config, containment, scripts, scratch -> {
            for (Migration migration : migrations) {
                scratch.apply(migration);
            }
            String schema = scratch.schema();
            List<StructureRow> structure = ReadOnlyTransaction.within(
                    scratch.connection(), config.lockTimeout(), connection -> reader.rows(connection, schema));
            return new Definition(reader, structure, schema, (text, tenant) -> replaced(text, schema, tenant));
        });
    }

    private static String replaced(String text, String scratch, String tenant) {
        return isPath(text) ? path(text, scratch, tenant) : new SchemaReplacement(scratch, tenant).apply(text);
    }

    /** Whether it is the settings of a function with its search path among them. */
    private static boolean isPath(String text) {
        return text.startsWith("search_path=") || text.contains("\nsearch_path=");
    }

    /** The name is stored with quotes only where it needs them. */
    private static String path(String text, String schema, String tenant) {
        return Pattern.compile("(?<![\\w$])\"?" + Pattern.quote(schema.replace("\"", "\"\"")) + "\"?(?![\\w$])")
                .matcher(text)
                .replaceAll(Matcher.quoteReplacement(Definition.isPlain(tenant) ? tenant : Sql.identifier(tenant)));
    }

    /** The structure of another schema. */
    private Definition ofSchema(Session session, String schema) throws SQLException {
        List<StructureRow> structure = ReadOnlyTransaction.run(
                session.connection(), config.lockTimeout(), connection -> reader.rows(connection, schema));
        if (structure.isEmpty()) {
            throw new TenantMigratorException(
                    Failure.of("there is no schema \"" + schema + "\" to compare with; nothing was compared"));
        }
        return new Definition(reader, structure, schema, (text, tenant) -> renamed(text, schema, tenant));
    }

    private static String renamed(String text, String schema, String tenant) {
        try {
            return isPath(text) ? path(text, schema, tenant) : SchemaRenaming.rename(text, schema, tenant);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /** The search path of migrations, for statements that run in a tenant. */
    TenantPath path(Session session) throws SQLException {
        return PreparedScripts.inspect(config, Rollout.defaults(), session.connection(), List.of())
                .path();
    }
}
