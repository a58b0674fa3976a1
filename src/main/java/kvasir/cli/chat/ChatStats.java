package kvasir.cli.chat;

import java.util.Locale;

/** Counts of a conversation. Used by one thread at a time. */
final class ChatStats {
  private int answers;
  private long tokens;
  private double seconds;
  private Answer last;

  void add(Answer answer) {
    answers++;
    tokens += answer.tokens();
    seconds += answer.seconds();
    last = answer;
  }

  /** Returns the counts as lines. */
  String text() {
    if (last == null) {
      return "no answers yet";
    }
    return String.format(
        Locale.ROOT,
        "last answer: %d tokens after %d of the conversation, first after %.2f s, %.1f tokens/s, %s%n"
            + "all answers: %d, %d tokens in %.1f s",
        last.tokens(),
        last.promptTokens(),
        last.firstSeconds(),
        rate(last),
        last.reason(),
        answers,
        tokens,
        seconds);
  }

  private static double rate(Answer answer) {
    double generating = answer.seconds() - answer.firstSeconds();
    return answer.tokens() < 2 || generating <= 0 ? 0 : (answer.tokens() - 1) / generating;
  }
}
