package dev.tenantmigrator;

import dev.tenantmigrator.contract.SchemaAdapterContract;
import dev.tenantmigrator.support.TestDatabase;

class StandardSchemaAdapterTest extends SchemaAdapterContract {

    StandardSchemaAdapterTest(TestDatabase database) {
        super(database, SchemaAdapter.standard());
    }
}
