package dev.tenantmigrator;

import dev.tenantmigrator.contract.TrackingStoreContract;
import dev.tenantmigrator.support.TestDatabase;

class FleetTrackingStoreTest extends TrackingStoreContract {

    FleetTrackingStoreTest(TestDatabase database) {
        super(database, TrackingStore.fleet());
    }
}
