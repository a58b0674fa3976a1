package kvasir.serve;

/** Rule by which a model calls tools. */
sealed interface ToolChoice {
  /** No call. */
  record None() implements ToolChoice {}

  /** Calls if the model decides for them. */
  record Auto() implements ToolChoice {}

  /** At least one call. */
  record Required() implements ToolChoice {}

  /**
   * Exactly one call of one tool.
   *
   * @param name name of the tool
   */
  record Named(String name) implements ToolChoice {}
}
