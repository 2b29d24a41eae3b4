package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.rules.ExpectedEffects;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The quick checks of a run: each is written once for scripts with equal effects, and completed for each tenant. Thread-safe. */
final class QuickChecks {

    /** The error that asks for the full check. */
    static final String UNEXPECTED = SqlErrors.marker("the transaction did more, or less, than its text says");

    /** Placeholders in a cached check, for the names of the tenant and of its table. No name has the character NUL. */
    private static final String ANY_TENANT = "\0s";

    private static final String ANY_TABLE = "\0t";

    private final AllowList allowed;
    private final ReadCheck reads;
    private final Map<Form, List<String>> templates = new ConcurrentHashMap<>();

    QuickChecks(AllowList allowed, ReadCheck reads) {
        this.allowed = allowed;
        this.reads = reads;
    }

    private record Form(ExpectedEffects effects, boolean recorded, String also) {}

    /** See {@link Containment#quickCheck}. */
    List<String> sql(String tenant, ExpectedEffects effects, Optional<String> recordedIn, String also) {
        return templates.computeIfAbsent(new Form(effects, recordedIn.isPresent(), also), this::template).stream()
                .map(sql -> sql.replace(ANY_TABLE, recordedIn.map(Sql::literal).orElse(""))
                        .replace(ANY_TENANT, Sql.literal(tenant)))
                .toList();
    }

    private List<String> template(Form form) {
        Optional<String> recordedIn = form.recorded() ? Optional.of(ANY_TABLE + "::regclass") : Optional.empty();
        return new QuickCheck(allowed, reads, ANY_TENANT, form.effects(), recordedIn, UNEXPECTED).sql(form.also());
    }
}
