package dev.tenantmigrator;

import dev.tenantmigrator.contract.TrackingStoreContract;
import dev.tenantmigrator.support.TestDatabase;

/** A store that is not built in fulfils the contract in under 120 lines. */
class DocumentStoreTest extends TrackingStoreContract {

    DocumentStoreTest(TestDatabase database) {
        super(database, new DocumentStore());
    }
}
