package kvasir.grammar;

/** Error of a JSON schema that is not valid or cannot be held. */
public final class SchemaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String keyword;
  private final String place;

  /**
   * Creates an error.
   *
   * @param keyword the keyword of the schema that it is about
   * @param place path of the schema that has the keyword, such as {@code properties.a}; empty for
   *     the schema itself
   * @param problem description that follows the name of the keyword
   */
  SchemaException(String keyword, String place, String problem) {
    super("%s %s%s".formatted(keyword, place.isEmpty() ? "" : "at " + place + " ", problem));
    this.keyword = keyword;
    this.place = place;
  }

  /** Returns the keyword that the error is about. */
  public String keyword() {
    return keyword;
  }

  /** Returns the path of the keyword, such as {@code properties.a.minimum}. */
  public String path() {
    return place.isEmpty() ? keyword : place + "." + keyword;
  }
}
