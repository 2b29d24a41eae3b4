package dev.tenantmigrator;

import dev.tenantmigrator.contract.SchemaAdapterContract;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;

/** The adapter that {@code extending.md} shows. */
class DocumentedAdapterTest extends SchemaAdapterContract {

    DocumentedAdapterTest(TestDatabase database) throws IOException, ReflectiveOperationException {
        super(database, (SchemaAdapter) DocumentSamples.compile(Document.read(Path.of("core/docs/extending.md")))
                .instance("NoTruncate", SchemaAdapter.standard()));
    }
}
