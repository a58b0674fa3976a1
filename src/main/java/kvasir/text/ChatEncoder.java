package kvasir.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import kvasir.template.RenderedText;

/**
 * Encoder of rendered conversations. A special token is one only where the template wrote it; in
 * the text of a message, a tool or a document, its spelling is encoded as plain characters. Without
 * such a spelling the ids are those that the tokenizer gives the text. The caller owns the
 * tokenizer. Thread-safe.
 */
public final class ChatEncoder implements AutoCloseable {
  /** Place of a special token's spelling in a text, from its first to behind its last character. */
  private record Mark(int from, int to) {}

  private final Tokenizer tokenizer;
  private final Map<Character, List<String>> spellings = new HashMap<>();
  private Tokenizer plain;

  /** Creates an encoder with a model's tokenizer, which the caller owns. */
  public ChatEncoder(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    for (String spelling : tokenizer.specialTokens()) {
      if (!spelling.isEmpty()) {
        spellings.computeIfAbsent(spelling.charAt(0), c -> new ArrayList<>()).add(spelling);
      }
    }
    spellings
        .values()
        .forEach(each -> each.sort(Comparator.comparingInt(String::length).reversed()));
  }

  /** Returns the ids of a rendered conversation, without special tokens around it. */
  public int[] encode(RenderedText rendered) {
    String text = rendered.text();
    List<Mark> written = new ArrayList<>();
    boolean quoted = false;
    int at = 0;
    while (at < text.length()) {
      int length = spelled(text, at);
      boolean input = length > 0 && rendered.hasInput(at, at + length);
      quoted |= input;
      if (length > 0 && !input) {
        written.add(new Mark(at, at + length));
      }
      at += length > 0 && !input ? length : 1;
    }
    if (!quoted) {
      int[] ids = tokenizer.encodeBare(text);
      // A tokenizer may find more of them once it has normalised the text.
      if (specials(ids) == written.size()) {
        return ids;
      }
    }
    return encodeApart(text, written);
  }

  private int spelled(String text, int at) {
    return spellings.getOrDefault(text.charAt(at), List.of()).stream()
        .filter(spelling -> text.startsWith(spelling, at))
        .findFirst()
        .map(String::length)
        .orElse(0);
  }

  private long specials(int[] ids) {
    return Arrays.stream(ids)
        .filter(id -> !tokenizer.vocabulary().standsForUnknownText(id))
        .filter(id -> tokenizer.specialToken(id).isPresent())
        .count();
  }

  private int[] encodeApart(String text, List<Mark> written) {
    IntStream.Builder ids = IntStream.builder();
    int from = 0;
    for (Mark mark : written) {
      encodePlain(text.substring(from, mark.from()), from == 0, ids);
      Arrays.stream(tokenizer.encodeInside(text.substring(mark.from(), mark.to())))
          .forEach(ids::add);
      from = mark.to();
    }
    encodePlain(text.substring(from), from == 0, ids);
    return ids.build().toArray();
  }

  private void encodePlain(String text, boolean first, IntStream.Builder ids) {
    int[] encoded = first ? plain().encodeBare(text) : plain().encodeInside(text);
    if (Arrays.stream(encoded).anyMatch(id -> tokenizer.specialToken(id).isPresent())
        && specials(encoded) > 0) {
      // A vocabulary may have a special token among its words: character by character it is none.
      encoded =
          text.codePoints()
              .mapToObj(Character::toString)
              .flatMapToInt(c -> Arrays.stream(plain().encodeInside(c)))
              .toArray();
    }
    Arrays.stream(encoded).forEach(ids::add);
  }

  private synchronized Tokenizer plain() {
    if (plain == null) {
      plain = tokenizer.withoutSpecialTokens();
    }
    return plain;
  }

  @Override
  public synchronized void close() {
    if (plain != null) {
      plain.close();
    }
  }
}
