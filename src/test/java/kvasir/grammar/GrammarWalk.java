package kvasir.grammar;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Random walk through a grammar, byte by byte. */
public final class GrammarWalk {
  private static final int MOST_BYTES = 2000;

  private GrammarWalk() {}

  /** Returns the text of a walk, empty if it has not ended in time. */
  public static String text(Grammar grammar, SplittableRandom random, String what) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    GrammarState state = grammar.start();
    while (text.size() < MOST_BYTES) {
      if (state.mustEnd() || (state.mayEnd() && random.nextInt(3) == 0)) {
        return text.toString(StandardCharsets.UTF_8);
      }
      List<Byte> fitting = new ArrayList<>();
      for (int value = 0; value < 256; value++) {
        if (!state.next((byte) value).isDead()) {
          fitting.add((byte) value);
        }
      }
      assertFalse(fitting.isEmpty(), what + "\n" + text);
      byte value = fitting.get(random.nextInt(fitting.size()));
      text.write(value);
      state = state.next(value);
    }
    return "";
  }
}
