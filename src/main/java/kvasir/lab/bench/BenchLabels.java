package kvasir.lab.bench;

/**
 * What rows say of the run that the engine does not know.
 *
 * @param model its name
 * @param transport its name; {@code none} with one rank
 * @param startSeconds from the start of this JVM until the engine was ready
 */
public record BenchLabels(String model, String transport, double startSeconds) {}
