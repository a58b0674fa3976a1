package kvasir.template;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * Names that a macro has without a parameter: {@code varargs}, {@code kwargs} and {@code caller}. A
 * macro takes more arguments than it has parameters only if its text reads these names. The parser
 * notes each name that it reads or assigns, as in jinja2 from the beginning of the macro on.
 */
final class SpecialNames {
  /** Further positional arguments. */
  static final String VARARGS = "varargs";

  /** Further named arguments. */
  static final String KWARGS = "kwargs";

  /** Function of the body of a call block. */
  static final String CALLER = "caller";

  /**
   * Names inside one macro.
   *
   * @param open names that nothing has been assigned to
   * @param read names that are read before anything is assigned to them
   */
  private record Macro(Set<String> open, Set<String> read) {}

  private final Deque<Macro> macros = new ArrayDeque<>();

  void beginMacro() {
    macros.push(new Macro(new HashSet<>(Set.of(VARARGS, KWARGS, CALLER)), new HashSet<>()));
  }

  /** Ends the innermost macro, and returns the names that it reads. */
  Set<String> endMacro() {
    return Set.copyOf(macros.pop().read());
  }

  void read(String name) {
    for (Macro macro : macros) {
      if (macro.open().contains(name)) {
        macro.read().add(name);
      }
    }
  }

  void assigned(String name) {
    macros.forEach(macro -> macro.open().remove(name));
  }
}
