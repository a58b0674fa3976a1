package kvasir.grammar;

/** Bound of the work that a schema may cause, so that a hostile one is refused early. */
final class Budget {
  private static final long MAX_WORK = 3_000_000;

  private long work;

  /**
   * Counts work.
   *
   * @param part the schema that causes it
   * @throws SchemaException if there is too much
   */
  void spend(SchemaPart part, long more) {
    work += more;
    if (work > MAX_WORK) {
      throw new SchemaException("schema", part.place(), "is too large");
    }
  }
}
