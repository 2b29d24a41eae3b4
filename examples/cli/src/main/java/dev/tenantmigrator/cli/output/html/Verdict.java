package dev.tenantmigrator.cli.output.html;

/**
 * A fleet in a sentence.
 *
 * @param level {@code good}, {@code waiting} or {@code bad}
 * @param text the sentence
 */
public record Verdict(String level, String text) {}
