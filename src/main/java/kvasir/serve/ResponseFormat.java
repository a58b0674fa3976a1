package kvasir.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import kvasir.engine.constraint.Constraint;
import kvasir.grammar.Grammar;
import kvasir.grammar.SchemaException;

/** Reader of {@code response_format}: the texts of which an answer's content is one. */
final class ResponseFormat {
  private static final String NAME = "response_format";

  private ResponseFormat() {}

  /**
   * Returns the description of the texts; empty for any.
   *
   * @param before what may come before them
   * @throws ApiError if the format is wrong, or its schema cannot be held
   */
  static Optional<String> constraint(Fields fields, ServedModel model, Constraint.Before before) {
    return grammar(fields, model).map(grammar -> constraint(grammar, fields, model, before));
  }

  /** Returns the description of the texts of a grammar, for a request's answers. */
  static String constraint(
      Grammar grammar, Fields fields, ServedModel model, Constraint.Before before) {
    boolean endless = fields.flag("ignore_eos", false);
    return new Constraint(grammar, endless ? Set.of() : model.ends(), before).text();
  }

  /**
   * Returns the grammar of a request's format; empty for any text.
   *
   * @throws ApiError if the format is wrong, or its schema cannot be held
   */
  static Optional<Grammar> grammar(Fields fields, ServedModel model) {
    return fields.object(NAME).flatMap(format -> ofFormat(format, model));
  }

  private static Optional<Grammar> ofFormat(Fields format, ServedModel model) {
    String path = format.path("type");
    String type = format.text("type").orElseThrow(() -> missing(path));
    return switch (type) {
      case "text" -> Optional.empty();
      case "json_object" -> Optional.of(schema(format, model));
      case "json_schema" ->
          Optional.of(
              schema(
                  format
                      .object("json_schema")
                      .orElseThrow(() -> missing(format.path("json_schema"))),
                  model));
      default ->
          throw ApiError.invalid(
              path,
              "%s must be text, json_object or json_schema, not \"%s\""
                  .formatted(path, ApiError.quoted(type)));
    };
  }

  private static ApiError missing(String path) {
    return ApiError.invalid(path, path + " is missing");
  }

  /** Returns the values of the field {@code schema}; all objects if it is absent. */
  private static Grammar schema(Fields fields, ServedModel model) {
    Optional<JsonNode> schema = fields.value("schema");
    return schema.isEmpty()
        ? Grammar.anyObject()
        : ofSchema(schema.get(), fields.path("schema"), model, Grammar::ofSchema);
  }

  /**
   * Returns the values that fit a schema of a request.
   *
   * @param reader reads the schema
   * @param path path of the schema in the request
   * @throws ApiError if it cannot be held, or no value fits into the context
   */
  static Grammar ofSchema(
      JsonNode schema, String path, ServedModel model, Function<JsonNode, Grammar> reader) {
    try {
      Grammar grammar = reader.apply(schema);
      long most = (long) model.context() * model.tokenizer().longestToken();
      if (grammar.leastBytes() > most) {
        throw ApiError.invalid(
            path,
            "the shortest value that fits %s has %,d bytes, which the context of %,d tokens cannot hold"
                .formatted(path, grammar.leastBytes(), model.context()));
      }
      return grammar;
    } catch (SchemaException e) {
      throw ApiError.invalid(
          e.keyword().equals("schema") ? path : path + "." + e.path(),
          "the schema cannot be used: " + e.getMessage());
    }
  }
}
