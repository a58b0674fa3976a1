package kvasir.engine.constraint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kvasir.engine.sampling.TokenConstraint;
import kvasir.engine.sampling.TokenMask;
import kvasir.grammar.Grammar;
import kvasir.grammar.GrammarState;
import kvasir.grammar.TokenMasks;

/**
 * Constraint by a grammar, possibly behind free text.
 *
 * <pre>
 *   opening   may become the mark that opens free text, or the text of the grammar
 *   free      no mask, up to the mark that closes it
 *   held      in the text of the grammar
 * </pre>
 */
final class GrammarConstraint implements TokenConstraint {
  /** Largest number of line ends between the mark and the text. */
  private static final int LINE_ENDS = 2;

  private final Parts parts;

  /** State of the grammar; null in free text. */
  private final GrammarState state;

  /** State of the mark that opens free text, or null. */
  private final GrammarState opening;

  /** Number of bytes of the mark that closes free text which have been read. */
  private final int matched;

  /** Parts that stay the same from token to token. */
  private record Parts(
      TokenTexts texts,
      TokenMasks masks,
      long[] ends,
      Optional<ClosingMark> close,
      GrammarState behind) {}

  private GrammarConstraint(Parts parts, GrammarState state, GrammarState opening, int matched) {
    this.parts = parts;
    this.state = state;
    this.opening = opening;
    this.matched = matched;
  }

  /** Returns the constraint at the beginning of an output. */
  static GrammarConstraint of(Constraint constraint, TokenTexts texts) {
    long[] ends = new long[(texts.bytes().size() + Long.SIZE - 1) / Long.SIZE];
    for (int id : constraint.ends()) {
      ends[id >> 6] |= 1L << id;
    }
    Grammar grammar = constraint.grammar();
    Grammar lineEnds = Grammar.repeated(Grammar.literal("\n"), 0, LINE_ENDS);
    GrammarState behind = Grammar.sequence(List.of(lineEnds, grammar)).start();
    Optional<ClosingMark> close =
        constraint
            .before()
            .close()
            .map(mark -> new ClosingMark(mark.getBytes(StandardCharsets.UTF_8)));
    Parts parts = new Parts(texts, new TokenMasks(texts.trie()), ends, close, behind);
    if (close.isEmpty()) {
      return new GrammarConstraint(parts, grammar.start(), null, 0);
    }
    // Not between two tokens: it is a look at the whole vocabulary.
    close.get().prepare(texts.bytes());
    Optional<Grammar> open = constraint.before().open().map(Grammar::literal);
    return open.isEmpty()
        ? new GrammarConstraint(parts, null, null, 0)
        : new GrammarConstraint(
            parts, Grammar.anyOf(List.of(open.get(), grammar)).start(), open.get().start(), 0);
  }

  @Override
  public Search search() {
    if (state == null) {
      return () -> Optional.of(freeMask());
    }
    TokenMasks.Walk walk = parts.masks.walk(state);
    return () -> walk.advance().map(this::heldMask);
  }

  private TokenMask heldMask(long[] allowed) {
    if (!state.mayEnd()) {
      return TokenMask.of(allowed);
    }
    long[] both = allowed.clone();
    for (int i = 0; i < both.length; i++) {
      both[i] |= parts.ends[i];
    }
    return TokenMask.of(both);
  }

  /** Returns all tokens but those that close free text and go on with what does not fit. */
  private TokenMask freeMask() {
    List<Integer> wrong = new ArrayList<>();
    ClosingMark close = parts.close.orElseThrow();
    for (int id : close.beyond(parts.texts.bytes(), matched)) {
      if (behind(close, id).isDead()) {
        wrong.add(id);
      }
    }
    if (wrong.isEmpty()) {
      return TokenMask.ALL;
    }
    long[] words = new long[parts.ends.length];
    for (int id = 0; id < parts.texts.bytes().size(); id++) {
      words[id >> 6] |= 1L << id;
    }
    wrong.forEach(id -> words[id >> 6] &= ~(1L << id));
    return TokenMask.of(words);
  }

  /** Returns the state behind a token that closes free text. */
  private GrammarState behind(ClosingMark close, int token) {
    byte[] bytes = parts.texts.bytes().get(token);
    int from = close.end(bytes, matched);
    while (from < bytes.length && (bytes[from] == ' ' || bytes[from] == '\n')) {
      from++;
    }
    GrammarState behind = parts.behind;
    for (int i = from; i < bytes.length; i++) {
      behind = behind.next(bytes[i]);
    }
    return behind;
  }

  @Override
  public TokenConstraint next(int token) {
    if (isEnd(token)) {
      return this;
    }
    byte[] bytes = parts.texts.bytes().get(token);
    if (state == null) {
      ClosingMark close = parts.close.orElseThrow();
      return close.end(bytes, matched) >= 0
          ? new GrammarConstraint(parts, behind(close, token), null, 0)
          : new GrammarConstraint(parts, null, null, close.after(bytes, matched));
    }
    GrammarState open = opening == null ? null : opening.next(bytes);
    return open != null && open.mustEnd()
        ? new GrammarConstraint(parts, null, null, 0)
        : new GrammarConstraint(
            parts, state.next(bytes), open == null || open.isDead() ? null : open, 0);
  }

  private boolean isEnd(int token) {
    return (parts.ends[token >> 6] >>> token & 1) != 0;
  }

  @Override
  public boolean complete() {
    return state != null && state.mustEnd();
  }
}
