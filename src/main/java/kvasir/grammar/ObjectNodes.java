package kvasir.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import kvasir.grammar.pattern.PatternException;
import kvasir.grammar.pattern.TextAutomaton;

/** Builder of the grammars of objects. */
final class ObjectNodes {
  private final SchemaReader reader;

  ObjectNodes(SchemaReader reader) {
    this.reader = reader;
  }

  /** Returns the objects that fit schemas that hold together. */
  Node node(List<SchemaPart> parts) {
    ObjectKeywords keywords = ObjectKeywords.of(parts);
    List<Members.Member> members = new ArrayList<>();
    keywords
        .known()
        .forEach(
            (name, schemas) -> {
              boolean named =
                  keywords.names().stream()
                      .allMatch(schema -> reader.check().fits(new TextNode(name), schema));
              boolean required = keywords.required().contains(name);
              if (named || required) {
                Node value = named ? reader.rule(schemas) : reader.keep(new Choice(List.of()));
                members.add(new Members.Member(pair(name, value), required));
              }
            });
    Optional<Node> further = further(keywords, members, parts.getFirst());
    Node inside = reader.keep(new Members(members, further, keywords.min(), keywords.max()));
    return reader.keep(new Chain(List.of(Literals.of("{"), inside, Literals.of("}"))));
  }

  private Node pair(String name, Node value) {
    return reader.keep(new Chain(List.of(Literals.of(Spelling.quoted(name) + ":"), value)));
  }

  /** Returns further members; those whose names are an enumeration are added to the known ones. */
  private Optional<Node> further(
      ObjectKeywords keywords, List<Members.Member> members, SchemaPart part) {
    if (keywords.further().isEmpty()) {
      return Optional.empty();
    }
    Node value = reader.rule(keywords.further().get());
    List<Node> names = new ArrayList<>();
    for (List<SchemaPart> branch : reader.branches().of(keywords.names())) {
      Optional<List<JsonNode>> listed = reader.check().listed(branch);
      if (listed.isPresent()) {
        for (JsonNode name : listed.get()) {
          if (name.isTextual() && !keywords.known().containsKey(name.textValue())) {
            members.add(new Members.Member(pair(name.textValue(), value), false));
          }
        }
      } else if (branch.isEmpty() || Kind.of(branch).contains(Kind.STRING)) {
        branch.forEach(each -> Kind.check(each, Set.of(Kind.STRING)));
        names.add(TextKeywords.content(branch, others(keywords.known(), part), reader.budget()));
      }
    }
    if (names.isEmpty()) {
      return Optional.empty();
    }
    if (keywords.min() > members.size() + 1) {
      throw part.error("minProperties", "is not supported above the number of properties");
    }
    Node name = reader.keep(new Choice(names));
    return Optional.of(
        reader.keep(new Chain(List.of(Literals.of("\""), name, Literals.of("\":"), value))));
  }

  private static TextAutomaton others(Map<String, List<SchemaPart>> known, SchemaPart part) {
    try {
      return known.isEmpty() ? TextAutomaton.ANY : TextAutomaton.allBut(known.keySet());
    } catch (PatternException e) {
      throw part.error("properties", e.getMessage());
    }
  }
}
