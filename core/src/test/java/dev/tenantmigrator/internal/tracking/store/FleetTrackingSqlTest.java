package dev.tenantmigrator.internal.tracking.store;

import dev.tenantmigrator.support.TestDatabase;

class FleetTrackingSqlTest extends PipelinedStoreContract {

    FleetTrackingSqlTest(TestDatabase database) {
        super(database, FleetTrackingStore.INSTANCE);
    }
}
