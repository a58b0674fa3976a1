package kvasir.grammar;

import java.util.List;
import java.util.Optional;
import kvasir.grammar.pattern.TextAutomaton;

/** Spelling of objects as JSON. */
final class JsonMembers implements MemberForm {
  private final SchemaReader reader;

  JsonMembers(SchemaReader reader) {
    this.reader = reader;
  }

  @Override
  public Node known(String name, List<SchemaPart> schemas) {
    return reader.chain(Literals.of(Spelling.quoted(name) + ":"), reader.rule(schemas));
  }

  @Override
  public Node further(Node names, List<SchemaPart> schemas) {
    return reader.chain(Literals.of("\""), names, Literals.of("\":"), reader.rule(schemas));
  }

  @Override
  public Text.Form names() {
    return Text.Form.QUOTED;
  }

  @Override
  public TextAutomaton spellable() {
    return TextAutomaton.ANY;
  }

  @Override
  public Node object(Node members) {
    return reader.chain(Literals.of("{"), members, Literals.of("}"));
  }

  @Override
  public Optional<Node> separator() {
    return Members.COMMA;
  }
}
