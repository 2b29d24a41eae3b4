package dev.tenantmigrator.benchmark;

import java.util.Map;

/** The figures of one part of the benchmark. */
interface Section {

    /** Members of the JSON document, by key. */
    Map<String, Object> json();

    /** A table with a line about it. */
    String markdown();
}
