package kvasir.lab.bench;

/**
 * The facts of a run that rows contain and the engine does not know.
 *
 * @param model name of the model
 * @param transport name of the transport; {@code none} with one rank
 * @param startSeconds time from the start of this JVM until the engine was ready
 */
public record BenchLabels(String model, String transport, double startSeconds) {}
