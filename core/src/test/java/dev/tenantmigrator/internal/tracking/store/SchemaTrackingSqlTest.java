package dev.tenantmigrator.internal.tracking.store;

import dev.tenantmigrator.support.TestDatabase;
import org.junit.jupiter.api.Tag;

@Tag("cluster")
class SchemaTrackingSqlTest extends PipelinedStoreContract {

    SchemaTrackingSqlTest(TestDatabase database) {
        super(database, SchemaTrackingStore.INSTANCE);
    }
}
