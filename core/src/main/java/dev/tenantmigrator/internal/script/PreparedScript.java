package dev.tenantmigrator.internal.script;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SchemaAdapter.TenantScript;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.cluster.Cluster;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.sql.lex.Identifiers;
import dev.tenantmigrator.internal.sql.nontransactional.CreationStatements;
import dev.tenantmigrator.internal.sql.nontransactional.ScriptParts;
import dev.tenantmigrator.internal.sql.rules.ExpectedEffects;
import dev.tenantmigrator.internal.sql.rules.ScriptDirective;
import dev.tenantmigrator.internal.sql.rules.SettingRules;
import dev.tenantmigrator.internal.sql.template.SchemaName;
import dev.tenantmigrator.report.ScriptNote;
import dev.tenantmigrator.rollout.Rollout;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A script that was read and adapted once and serves all tenants of a run. Thread-safe.
 *
 * <p>Everything follows from the text, except {@link #needsFullCheck()}: a script whose effects went beyond its text keeps the full
 * check for the rest of the run.
 */
public final class PreparedScript {

    /** Words of statements that can read other relations, unless a function does so. Also matches in comments and data. */
    private static final Pattern READING = Pattern.compile(
            "\\b(?:select|from|merge|as\\s+table|execute(?!\\s+(?:function|procedure))|perform|call|like|refresh)\\b",
            Pattern.CASE_INSENSITIVE);

    private final MigrationScript file;
    private final TenantScript adapted;
    private final ScriptSettings settings;
    private final int tries;
    private final Set<String> customSettings;
    private final boolean changesSettings;
    private final boolean leavesCustomSettings;
    private final ExpectedEffects effects;
    private final boolean doesNothing;
    private final List<PreparedScript> parts;
    private final boolean mayRead;
    private volatile boolean fullCheckRequired;
    private volatile List<String> fingerprints = List.of();

    PreparedScript(
            MigrationScript file,
            TenantScript adapted,
            Config config,
            Cluster cluster,
            Rollout rollout,
            TenantPath path) {
        List<SqlStatement> statements = adapted.statements(config.sharedSchema());
        ScriptDirective directive = ScriptDirective.read(file);
        boolean changesByCode = SettingRules.mayChangeSettings(file);
        this.file = file;
        this.adapted = adapted;
        this.settings = new ScriptSettings(directive, rollout, config.lockTimeout(), path, cluster);
        this.tries = directive.tries().orElse(rollout.tries());
        this.customSettings = SettingRules.ownSettings(file);
        this.changesSettings = changesByCode || statements.stream().anyMatch(PreparedScript::isSet);
        this.leavesCustomSettings = changesByCode && !customSettings.isEmpty();
        this.effects = ExpectedEffects.of(statements);
        this.doesNothing = statements.isEmpty();
        List<ScriptPart> divided = adapted.transactional() ? List.of() : ScriptPart.of(adapted, statements);
        boolean whole = divided.size() < 2 && divided.stream().noneMatch(ScriptPart::transactional);
        this.parts = whole
                ? List.of()
                : divided.stream()
                        .map(part -> new PreparedScript(file, part, config, cluster, rollout, path))
                        .toList();
        this.mayRead = READING.matcher(file.text()).find();
    }

    private static boolean isSet(SqlStatement statement) {
        return statement.sql().regionMatches(true, 0, "SET", 0, 3);
    }

    /** The script as it was read. */
    public MigrationScript file() {
        return file;
    }

    /** The script as the adapter returned it. */
    public TenantScript adapted() {
        return adapted;
    }

    /** Notes on texts that may name another schema than the tenant's. */
    public List<ScriptNote> uncertainTexts() {
        // Notes cost a second reading of the script, and most scripts need none.
        if (!Identifiers.fold(file.text()).contains(SchemaName.PUBLIC)) {
            return List.of();
        }
        return adapted.notes().stream()
                .filter(note -> note.kind() == ScriptNote.Kind.UNCERTAIN)
                .toList();
    }

    /** The statements to run in a tenant. */
    public List<SqlStatement> statements(String schema) {
        List<SqlStatement> statements = adapted.statements(schema);
        boolean inParts = !isTransactional() || adapted instanceof ScriptPart;
        return inParts
                ? statements.stream()
                        .filter(statement -> !statement.sql().equals(ScriptParts.LEFT_OUT))
                        .toList()
                : statements;
    }

    /** The statements to run while a tenant is created, all of which can run in one transaction. */
    public List<SqlStatement> statementsInCreation(String schema) {
        List<SqlStatement> statements = statements(schema);
        return isTransactional() ? statements : CreationStatements.of(statements, schema);
    }

    /** Whether no statement of the script runs. */
    public boolean doesNothing() {
        return doesNothing;
    }

    /** Whether the script runs in one transaction with its tracking row. */
    public boolean isTransactional() {
        return adapted.transactional();
    }

    /** The parts of a script that does not run in one transaction, each of which does, or runs outside of any. */
    public List<PreparedScript> parts() {
        return parts.isEmpty() ? List.of(this) : parts;
    }

    /** A checksum of the first parts of the script. Each part writes one into its mark, so the script is read once for all. */
    public String fingerprint(int partsDone) {
        if (fingerprints.isEmpty()) {
            fingerprints = ScriptParts.fingerprints(file);
        }
        return fingerprints.get(Math.min(partsDone, fingerprints.size() - 1));
    }

    /** The settings of the transactions and sessions that the script runs in. */
    public ScriptSettings settings() {
        return settings;
    }

    /** The number of attempts at a script that fails for a passing reason, such as a lock timeout. */
    public int tries() {
        return tries;
    }

    /** The custom settings ({@code app.x}) that the script sets. */
    public Set<String> customSettings() {
        return customSettings;
    }

    /** Whether the script may change settings of the session or transaction. */
    public boolean changesSettings() {
        return changesSettings;
    }

    /** Whether it may leave a setting on the connection that cannot be restored. */
    public boolean mayLeaveSettings() {
        return leavesCustomSettings() || effects().unseenSettings();
    }

    /** Whether a custom setting may remain that cannot be restored, so that the connection must not serve another tenant. */
    public boolean leavesCustomSettings() {
        return leavesCustomSettings;
    }

    /** The effects that the text announces. */
    public ExpectedEffects effects() {
        return effects;
    }

    /** Whether the script's text may read relations. Without such text a function of a default or trigger can. */
    public boolean mayRead() {
        return mayRead;
    }

    /** Whether the quick check is not enough. */
    public boolean needsFullCheck() {
        return fullCheckRequired || !effects.plain();
    }

    /** Records that the script had effects which its text does not show. */
    public void requireFullCheck() {
        fullCheckRequired = true;
    }
}
