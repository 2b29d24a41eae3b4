package dev.tenantmigrator;

import dev.tenantmigrator.contract.TrackingStoreContract;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;

/** The store that {@code extending.md} shows. */
class DocumentedStoreTest extends TrackingStoreContract {

    DocumentedStoreTest(TestDatabase database) throws IOException, ReflectiveOperationException {
        super(database, (TrackingStore) DocumentSamples.compile(Document.read(Path.of("core/docs/extending.md")))
                .instance("TenantVersions"));
    }
}
