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
  private final MemberForm form;

  ObjectNodes(SchemaReader reader, MemberForm form) {
    this.reader = reader;
    this.form = form;
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
                Node pair = named ? form.known(name, schemas) : reader.keep(new Choice(List.of()));
                members.add(new Members.Member(pair, required));
              }
            });
    Optional<Node> further = further(keywords, members, parts.getFirst());
    return form.object(
        reader.keep(
            new Members(members, further, keywords.min(), keywords.max(), form.separator())));
  }

  /** Returns further members; those whose names are an enumeration are added to the known ones. */
  private Optional<Node> further(
      ObjectKeywords keywords, List<Members.Member> members, SchemaPart part) {
    if (keywords.further().isEmpty()) {
      return Optional.empty();
    }
    List<SchemaPart> schemas = keywords.further().get();
    List<Node> names = new ArrayList<>();
    for (List<SchemaPart> branch : reader.branches().of(keywords.names())) {
      Optional<List<JsonNode>> listed = reader.check().listed(branch);
      if (listed.isPresent()) {
        for (JsonNode name : listed.get()) {
          if (name.isTextual() && !keywords.known().containsKey(name.textValue())) {
            members.add(new Members.Member(form.known(name.textValue(), schemas), false));
          }
        }
      } else if (branch.isEmpty() || Kind.of(branch).contains(Kind.STRING)) {
        branch.forEach(each -> Kind.check(each, Set.of(Kind.STRING)));
        TextAutomaton others = others(keywords.known(), part);
        names.add(reader.keep(TextKeywords.content(form.names(), branch, others, reader.budget())));
      }
    }
    if (names.isEmpty()) {
      return Optional.empty();
    }
    if (keywords.min() > members.size() + 1) {
      throw part.error("minProperties", "is not supported above the number of properties");
    }
    return Optional.of(form.further(reader.keep(new Choice(names)), schemas));
  }

  private TextAutomaton others(Map<String, List<SchemaPart>> known, SchemaPart part) {
    TextAutomaton spellable = form.spellable();
    try {
      if (known.isEmpty()) {
        return spellable;
      }
      TextAutomaton others = TextAutomaton.allBut(known.keySet());
      return spellable == TextAutomaton.ANY ? others : spellable.and(others);
    } catch (PatternException e) {
      throw part.error("properties", e.getMessage());
    }
  }
}
