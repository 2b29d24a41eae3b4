package dev.tenantmigrator;

import dev.tenantmigrator.contract.TrackingStoreContract;
import dev.tenantmigrator.support.TestDatabase;
import org.junit.jupiter.api.Tag;

@Tag("cluster")
class PerSchemaTrackingStoreTest extends TrackingStoreContract {

    PerSchemaTrackingStoreTest(TestDatabase database) {
        super(database, TrackingStore.perSchema());
    }
}
