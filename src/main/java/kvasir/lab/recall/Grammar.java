package kvasir.lab.recall;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import kvasir.file.Json;

/**
 * A context-free grammar. Each symbol has alternatives, which are texts with further symbols in
 * braces. The grammar is read from {@code experiments/demo-model/grammar.json}, which the build
 * copies to this package.
 */
final class Grammar {
  private final Map<String, List<String>> symbols = new HashMap<>();
  private final List<Relation> relations;

  private Grammar(JsonNode root) throws IOException {
    this.relations = Json.read(root.get("relations"), new TypeReference<List<Relation>>() {});
    for (Map.Entry<String, JsonNode> symbol : root.properties()) {
      if (!symbol.getKey().equals("relations")) {
        symbols.put(symbol.getKey(), Json.read(symbol.getValue(), new TypeReference<>() {}));
      }
    }
  }

  /** Returns the grammar that comes with the program. */
  static Grammar shipped() {
    try (InputStream in = Grammar.class.getResourceAsStream("grammar.json")) {
      return new Grammar(Json.read(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Relation> relations() {
    return relations;
  }

  /** Returns a random text of a symbol. */
  String expand(String symbol, RandomGenerator random) {
    return expand(symbol, random, inner -> expand(inner, random));
  }

  /**
   * Returns a random alternative of a symbol, in which {@code inner} gives the texts of further
   * symbols.
   */
  String expand(String symbol, RandomGenerator random, UnaryOperator<String> inner) {
    List<String> alternatives = symbols.get(symbol);
    if (alternatives == null) {
      throw new IllegalStateException("the grammar has no symbol " + symbol);
    }
    return fill(pick(alternatives, random), inner);
  }

  /** Returns a template with each symbol in braces replaced by its text. */
  static String fill(String template, UnaryOperator<String> inner) {
    StringBuilder text = new StringBuilder();
    int at = 0;
    for (int open = template.indexOf('{'); open >= 0; open = template.indexOf('{', at)) {
      int close = template.indexOf('}', open);
      text.append(template, at, open).append(inner.apply(template.substring(open + 1, close)));
      at = close + 1;
    }
    return text.append(template, at, template.length()).toString();
  }

  /** Returns a random element of a list. */
  static <T> T pick(List<T> list, RandomGenerator random) {
    return list.get(random.nextInt(list.size()));
  }
}
