package kvasir.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;

/** Replacement of half surrogate pairs, which no encoding of a text can hold, by U+FFFD. */
public final class WholeText {
  private WholeText() {}

  /** Returns a text with U+FFFD in place of half surrogate pairs. */
  public static String of(String text) {
    StringBuilder whole = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (pair) {
        i++;
      } else {
        whole = whole == null ? new StringBuilder(text) : whole;
        whole.setCharAt(i, '\uFFFD');
      }
    }
    return whole == null ? text : whole.toString();
  }

  /**
   * Replaces them in all texts and names of a tree.
   *
   * @param tree a tree of bounded depth, which is changed
   * @return the tree; another node if the tree is a text that is not whole
   */
  public static JsonNode of(JsonNode tree) {
    switch (tree) {
      case TextNode text -> {
        String whole = of(text.textValue());
        return whole.equals(text.textValue()) ? text : TextNode.valueOf(whole);
      }
      case ArrayNode list -> {
        for (int i = 0; i < list.size(); i++) {
          list.set(i, of(list.get(i)));
        }
      }
      case ObjectNode object -> {
        List<Map.Entry<String, JsonNode>> fields = List.copyOf(object.properties());
        object.removeAll();
        fields.forEach(field -> object.set(of(field.getKey()), of(field.getValue())));
      }
      default -> {}
    }
    return tree;
  }
}
