package kvasir.grammar;

import java.util.List;
import java.util.Optional;
import kvasir.grammar.pattern.TextAutomaton;

/** Spelling of objects: of their members, and of what stands around and between them. */
interface MemberForm {
  /**
   * Returns a member with a name; a part that takes no text if it cannot be spelled.
   *
   * @param schemas schemas that its value fits
   */
  Node known(String name, List<SchemaPart> schemas);

  /** Returns a member with one of some names. */
  Node further(Node names, List<SchemaPart> schemas);

  /** Returns the spelling of names. */
  Text.Form names();

  /** Returns the automaton of the names that can be spelled. */
  TextAutomaton spellable();

  /** Returns an object from its members. */
  Node object(Node members);

  /** Returns what stands between two members. */
  Optional<Node> separator();
}
