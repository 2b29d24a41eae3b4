package dev.tenantmigrator.benchmark;

import java.util.Map;

/** The result of one part of the benchmark. */
interface ResultSection {

    /** Members of the JSON document, by key. */
    Map<String, Object> json();

    /** A table with an introduction. */
    String markdown();
}
