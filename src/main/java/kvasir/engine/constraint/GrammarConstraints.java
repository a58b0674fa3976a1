package kvasir.engine.constraint;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kvasir.engine.sampling.TokenConstraint;
import kvasir.grammar.TokenTrie;
import kvasir.text.Tokenizer;

/**
 * Constraints for the vocabulary of a model. Those that were used last, and those that a caller
 * holds, are kept with their masks. Thread-safe.
 */
public final class GrammarConstraints implements TokenConstraint.Source {
  private static final int KEPT = 8;

  private final Tokenizer tokenizer;
  private final int vocabulary;
  private final Map<String, GrammarConstraint> kept =
      new LinkedHashMap<>(KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, GrammarConstraint> eldest) {
          return size() > KEPT;
        }
      };

  /** Constraints that others hold, so that no request makes its own a second time. */
  private final Map<String, WeakReference<GrammarConstraint>> used = new HashMap<>();

  private TokenTexts texts;

  /**
   * Creates an object without constraints.
   *
   * @param tokenizer stays the caller's
   * @param vocabulary number of tokens of the model's vocabulary
   */
  public GrammarConstraints(Tokenizer tokenizer, int vocabulary) {
    this.tokenizer = tokenizer;
    this.vocabulary = vocabulary;
  }

  @Override
  public TokenConstraint of(String description) {
    synchronized (kept) {
      GrammarConstraint known = known(description);
      if (known != null) {
        return known;
      }
    }
    GrammarConstraint made = GrammarConstraint.of(Constraint.of(description), texts());
    synchronized (kept) {
      kept.put(description, made);
      used.values().removeIf(reference -> reference.refersTo(null));
      used.put(description, new WeakReference<>(made));
    }
    return made;
  }

  private GrammarConstraint known(String description) {
    GrammarConstraint known = kept.get(description);
    WeakReference<GrammarConstraint> reference = used.get(description);
    return known == null && reference != null ? reference.get() : known;
  }

  private synchronized TokenTexts texts() {
    if (texts == null) {
      List<byte[]> all = new ArrayList<>(vocabulary);
      List<Optional<byte[]>> plain = new ArrayList<>(vocabulary);
      for (int id = 0; id < vocabulary; id++) {
        byte[] bytes = tokenizer.bytesOf(id);
        all.add(bytes);
        // A special token is no text, though it has a spelling.
        plain.add(tokenizer.specialToken(id).isPresent() ? Optional.empty() : Optional.of(bytes));
      }
      texts = new TokenTexts(all, new TokenTrie(plain));
    }
    return texts;
  }
}
