package kvasir.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import kvasir.grammar.pattern.PatternException;
import kvasir.grammar.pattern.TextAutomaton;

/**
 * Spelling of arguments as parameters between marks, from which {@link ParameterTexts} reads them.
 * A text that would be read as another value is left out, and so is one with a mark in it.
 */
final class ParameterMembers implements MemberForm {
  /** Marks that a text must not have, since the reader takes them for those around it. */
  static final List<String> MARKS = List.of(ParameterTexts.OPEN, ParameterTexts.CLOSE);

  private static final String NAMES = "^[^<>\\n]{1,%d}$".formatted(ParameterTexts.MAX_NAME);

  private final SchemaReader reader;
  private final ParameterTexts texts;
  private final TextAutomaton names;

  ParameterMembers(SchemaReader reader, ParameterTexts texts) {
    this.reader = reader;
    this.texts = texts;
    this.names = pattern(NAMES);
  }

  private static TextAutomaton pattern(String pattern) {
    try {
      return TextAutomaton.ofPattern(pattern);
    } catch (PatternException e) {
      throw new IllegalStateException(pattern, e);
    }
  }

  @Override
  public Node known(String name, List<SchemaPart> schemas) {
    return names.accepts(name)
        ? pair(Literals.of(name), value(name, schemas, beginnings(texts.kinds(name))))
        : reader.keep(new Choice(List.of()));
  }

  @Override
  public Node further(Node names, List<SchemaPart> schemas) {
    // Parameters that are not listed have the kinds of one that no schema can list.
    String other = ">";
    Set<Kind> kinds = texts.simple() ? texts.kinds(other) : EnumSet.allOf(Kind.class);
    return pair(names, value(other, schemas, beginnings(kinds)));
  }

  private Node pair(Node name, Node value) {
    return reader.chain(
        Literals.of(ParameterTexts.OPEN),
        name,
        Literals.of(">\n"),
        value,
        Literals.of("\n" + ParameterTexts.CLOSE + "\n"));
  }

  /**
   * Returns the values of a parameter.
   *
   * @param plain automaton of the texts that stand for themselves
   */
  private Node value(String name, List<SchemaPart> schemas, TextAutomaton plain) {
    List<Node> ways = new ArrayList<>();
    for (List<SchemaPart> branch : reader.branches().of(schemas)) {
      Optional<List<JsonNode>> listed = reader.check().listed(branch);
      if (listed.isPresent()) {
        listed(name, listed.get()).ifPresent(ways::add);
      } else {
        Set<Kind> kinds = branch.isEmpty() ? Set.of(Kind.STRING) : Kind.of(branch);
        branch.forEach(part -> Kind.check(part, kinds));
        kinds.forEach(kind -> ofKind(kind, name, branch, plain).ifPresent(ways::add));
      }
    }
    return reader.keep(new Choice(ways));
  }

  private Optional<Node> ofKind(
      Kind kind, String name, List<SchemaPart> branch, TextAutomaton plain) {
    if (kind == Kind.STRING) {
      return Optional.of(
          reader.keep(TextKeywords.content(Text.Form.PLAIN, branch, plain, reader.budget())));
    }
    return texts.kinds(name).contains(kind)
        ? Optional.of(reader.ofKind(kind, branch))
        : Optional.empty();
  }

  /** Returns those of some values that are read as they are. */
  private Optional<Node> listed(String name, List<JsonNode> values) {
    List<byte[]> spelled = new ArrayList<>();
    for (JsonNode value : values) {
      String json = Literals.json(value);
      String text = value.isTextual() ? value.textValue() : json;
      boolean marked = MARKS.stream().anyMatch(text::contains);
      if (!marked && texts.json(name, text).equals(json)) {
        spelled.add(text.getBytes(StandardCharsets.UTF_8));
      }
    }
    return spelled.isEmpty() ? Optional.empty() : Optional.of(new Words(spelled));
  }

  /** Returns the automaton of texts without marks that begin like no value of some kinds. */
  private TextAutomaton beginnings(Set<Kind> kinds) {
    StringBuilder first = new StringBuilder();
    for (Kind kind : kinds) {
      first.append(
          switch (kind) {
            case NULL -> "nN";
            case BOOLEAN -> "tTfF";
            case INTEGER, NUMBER -> "\\-0-9";
            case ARRAY -> "\\[";
            case OBJECT -> "{";
            case STRING -> "";
          });
    }
    if (!kinds.contains(Kind.STRING)) {
      // Then all JSON is read as such.
      return beginningsBut("nNtTfF\\-0-9\\[{\"");
    }
    return first.isEmpty() ? reader.texts() : beginningsBut(first.toString());
  }

  private TextAutomaton beginningsBut(String first) {
    try {
      return reader.texts().and(pattern("^([^\\s%s][\\s\\S]*)?$".formatted(first)));
    } catch (PatternException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Text.Form names() {
    return Text.Form.PLAIN;
  }

  @Override
  public TextAutomaton spellable() {
    return names;
  }

  @Override
  public Node object(Node members) {
    return members;
  }

  @Override
  public Optional<Node> separator() {
    return Optional.empty();
  }
}
