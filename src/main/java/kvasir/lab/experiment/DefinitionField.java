package kvasir.lab.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import kvasir.cache.KvTypes;
import kvasir.error.UserError;
import kvasir.lab.experiment.FieldValues.TextForm;
import kvasir.lab.experiment.FieldValues.Tokens;
import kvasir.lab.experiment.FieldValues.Whole;
import kvasir.lab.experiment.FieldValues.Word;

/**
 * A field of an experiment file and the values that it may have.
 *
 * @param mayBeEmpty true if a list without elements is allowed
 * @param example a value as it is written in TOML
 */
record DefinitionField(
    String name, Shape shape, boolean mayBeEmpty, FieldValues values, String example) {
  private static final int MOST_RANKS = 1 << 12;
  private static final int MOST_THREADS = 1 << 10;
  private static final int MOST_TOKENS = 1 << 24;
  private static final int MOST_BLOCK_TOKENS = 1 << 16;
  private static final int MOST_RUNS = 1000;
  private static final int MOST_SEQUENCES = 4096;
  private static final int MOST_REQUESTS = 1 << 20;
  private static final int MOST_LAYERS = 1000;
  private static final int MOST_QUOTED = 60;

  /** The form of a field: one value, or a list of values. */
  enum Shape {
    ONE,
    LIST
  }

  /**
   * All fields in the order of the documentation, without {@code name}, which is derived from the
   * file's name.
   */
  static final List<DefinitionField> ALL =
      List.of(
          one("kind", new Word(ExperimentKind.names()), "\"strong-scaling\""),
          one("question", text(), "\"How fast is it?\""),
          one("model", named("a model's folder or a shape as \"qwen3-0.6b\""), "\"qwen3-0.6b\""),
          one("layers", new Whole(0, MOST_LAYERS, false), "8"),
          list("ranks", true, new Whole(1, MOST_RANKS, false), "[1, 2]"),
          list("threads", true, new Whole(1, MOST_THREADS, false), "[1, 2]"),
          one("cores", new Whole(0, MOST_RANKS, false), "2"),
          list(
              "transports",
              false,
              new Word(List.of("mpj", "native", "inprocess")),
              "[\"native\", \"mpj\"]"),
          list("attention", false, new Word(List.of("streaming", "standard")), "[\"streaming\"]"),
          list(
              "merge",
              false,
              new Word(List.of("auto", "tree", "butterfly", "gather", "alltoall")),
              "[\"auto\"]"),
          one("kv-type", new Word(KvTypes.names()), "\"bf16\""),
          list("block-size", false, new Whole(0, MOST_BLOCK_TOKENS, true), "[64, 256]"),
          list(
              "added-latency",
              false,
              form(
                  "|10s|\\d{1,6}(\\.\\d{1,6})?(ns|us)|\\d{1,4}(\\.\\d{1,6})?ms|\\d(\\.\\d{1,6})?s",
                  "times up to 10s as \"50us\" or \"1ms\", \"\" for none"),
              "[\"\", \"50us\"]"),
          list(
              "rate",
              false,
              form(
                  "|[1-9]\\d{0,5}[kmg]bit",
                  "rates as \"100mbit\" or \"10gbit\", \"\" for no limit"),
              "[\"\", \"1gbit\"]"),
          one("shards", new Whole(1, MOST_RANKS, true), "16"),
          list("prompt", true, new Whole(1, MOST_TOKENS, false), "[64]"),
          list("gen", true, new Whole(1, MOST_TOKENS, false), "[16]"),
          list("depth", false, new Whole(0, MOST_TOKENS, false), "[0, 4096]"),
          list("depth-per-rank", true, new Whole(0, MOST_TOKENS, false), "[4096]"),
          list("load", true, new Whole(1, MOST_SEQUENCES, false), "[1, 8]"),
          one("load-prompt", range(), "\"32-256\""),
          one("load-gen", range(), "\"16-64\""),
          one("load-requests", new Whole(1, MOST_REQUESTS, false), "32"),
          one("repetitions", new Whole(1, MOST_RUNS, false), "5"),
          one("samples", new Whole(1, MOST_RUNS, false), "5"),
          one(
              "warm-up",
              form("steady|\\d{1,4}(\\.\\d{1,3})?", "\"steady\" or seconds as \"5\""),
              "\"steady\""),
          one(
              "heap",
              form("([3-9]\\d|\\d{3,6})m|[1-9]\\d{0,2}g", "sizes from 30m to 999g, as \"512m\""),
              "\"2g\""),
          one("bind", new Word(List.of("core", "numa", "none")), "\"core\""),
          one("fill", new Word(List.of("synthetic", "prefill")), "\"synthetic\""));

  /** Returns the field with a name; empty if there is none. */
  static Optional<DefinitionField> of(String name) {
    return ALL.stream().filter(field -> field.name().equals(name)).findFirst();
  }

  /**
   * Throws a {@link UserError} if a value is not allowed.
   *
   * @param where the file and line or the option that gave the value, for errors
   */
  void check(String where, JsonNode value) {
    if (shape == Shape.ONE) {
      if (value.isContainerNode()) {
        throw wrong(where, "is one value, not " + described(value), "write " + written(example));
      }
      element(where, "is", value);
      return;
    }
    if (!value.isArray()) {
      String list = values.allows(value) ? "[" + toml(value) + "]" : example;
      throw wrong(where, "is a list", "write " + written(list));
    }
    if (value.isEmpty() && !mayBeEmpty) {
      throw wrong(
          where, "is empty", "give at least one, or leave it out; allowed: " + values.allowed());
    }
    Set<JsonNode> seen = new HashSet<>();
    for (JsonNode element : value) {
      element(where, "has", element);
      if (!seen.add(element)) {
        throw wrong(where, "has " + toml(element) + " twice", "leave one of them");
      }
    }
  }

  private void element(String where, String verb, JsonNode value) {
    if (!values.allows(value)) {
      throw wrong(
          where,
          verb + " " + described(value),
          "allowed: " + values.allowed() + "; write " + written(example));
    }
  }

  private UserError wrong(String where, String what, String remedy) {
    return new UserError(where, "'" + name + "' " + what, remedy);
  }

  private String written(String value) {
    return name + " = " + value;
  }

  private static String described(JsonNode value) {
    if (value instanceof ArrayNode) {
      return "a list";
    }
    return value.isObject() ? "a table" : toml(value);
  }

  private static String toml(JsonNode value) {
    String text = value.asText();
    String some = text.length() > MOST_QUOTED ? text.substring(0, MOST_QUOTED) + "..." : text;
    return value.isNumber() || value.isBoolean() ? some : "\"" + some + "\"";
  }

  private static DefinitionField one(String name, FieldValues values, String example) {
    return new DefinitionField(name, Shape.ONE, false, values, example);
  }

  private static DefinitionField list(
      String name, boolean mayBeEmpty, FieldValues values, String example) {
    return new DefinitionField(name, Shape.LIST, mayBeEmpty, values, example);
  }

  private static Tokens range() {
    return new Tokens(MOST_TOKENS);
  }

  private static TextForm text() {
    return form("(?s).*", "a text in quotes");
  }

  private static TextForm named(String allowed) {
    return form("(?s).*\\S.*", allowed);
  }

  private static TextForm form(String pattern, String allowed) {
    return new TextForm(Pattern.compile(pattern), allowed);
  }

  /** Returns the names of all fields in one line, for a message. */
  static String names() {
    return String.join(", ", ALL.stream().map(DefinitionField::name).toList());
  }
}
