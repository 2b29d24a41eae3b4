package dev.tenantmigrator;

import dev.tenantmigrator.contract.TrackingStoreContract;
import dev.tenantmigrator.support.TestDatabase;

class PerSchemaTrackingStoreTest extends TrackingStoreContract {

    PerSchemaTrackingStoreTest(TestDatabase database) {
        super(database, TrackingStore.perSchema());
    }
}
