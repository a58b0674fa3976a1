package kvasir.lab.report;

import java.util.List;
import java.util.Locale;
import kvasir.lab.experiment.Arm;

/** Tests, arms and shares in plain words, for answers that need no legend. */
final class Phrases {
  private Phrases() {}

  /** {@code reading a prompt of 128 tokens}, {@code decoding with 8,192 tokens in the cache}. */
  static String test(String name) {
    TestName test = TestName.parse(name);
    if (test.tokens() == 0) {
      return name;
    }
    if (test.prompt()) {
      String prompt =
          "reading a prompt of "
              + count(test.tokens())
              + (test.tokens() == 1 ? " token" : " tokens");
      return test.depth() == 0 ? prompt : prompt + " behind " + count(test.depth()) + " others";
    }
    return test.depth() == 0
        ? "decoding"
        : "decoding with " + count(test.depth()) + " tokens in the cache";
  }

  /** {@code one process of 2 threads}, {@code 2 processes of 1 thread}. */
  static String layout(Arm arm) {
    String threads = Numbers.count(arm.threads(), "thread");
    if (arm.ranks() == 1) {
      return "one process of " + threads;
    }
    return arm.transport().equals("inprocess")
        ? "%d ranks of %s in one process".formatted(arm.ranks(), threads)
        : "%d processes of %s".formatted(arm.ranks(), threads);
  }

  /** The name by which readers know a transport. */
  static String transport(String name) {
    return switch (name) {
      case "native" -> "native MPI";
      case "mpj" -> "MPJ Express";
      default -> name;
    };
  }

  /** A share in whole percents. */
  static String percent(double share) {
    return Math.round(100 * share) + " %";
  }

  /** {@code 2 to 8 % slower}, {@code 3 % faster to 5 % slower}, {@code as fast}. */
  static String behind(double least, double most) {
    long low = Math.round(100 * least);
    long high = Math.round(100 * most);
    if (low == 0 && high == 0) {
      return "as fast";
    }
    if (low >= 0) {
      return (low == high ? "" : low + " to ") + high + " % slower";
    }
    if (high <= 0) {
      return (low == high ? "" : -high + " to ") + -low + " % faster";
    }
    return -low + " % faster to " + high + " % slower";
  }

  /** {@code a}, {@code a and b}, {@code a, b and c}. */
  static String and(List<String> names) {
    int last = names.size() - 1;
    return last <= 0
        ? String.join("", names)
        : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
  }

  /** {@code 1.82 to 1.87}, or one of them where they are the same. */
  static String range(double low, double high) {
    String from = Numbers.of(low);
    String to = Numbers.of(high);
    return from.equals(to) ? from : from + " to " + to;
  }

  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** The sentence with a capital letter. */
  static String sentence(String text) {
    return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }
}
