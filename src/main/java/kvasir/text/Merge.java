package kvasir.text;

/**
 * Two neighbouring symbols that byte-pair encoding joins into one token.
 *
 * @param left spelling of the first symbol
 * @param right spelling of the second symbol
 */
record Merge(String left, String right) {}
