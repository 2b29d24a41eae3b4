package dev.tenantmigrator.junit;

import dev.tenantmigrator.support.TestDatabase;

/** One database for the tests of this JVM. */
final class SharedServer {

    private static final TestDatabase DATABASE = TestDatabase.create("junit");

    private SharedServer() {}

    static TestDatabase database() {
        return DATABASE;
    }
}
