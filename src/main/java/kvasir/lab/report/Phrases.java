package kvasir.lab.report;

import java.util.List;
import java.util.Locale;
import kvasir.lab.bench.LoadTest;
import kvasir.lab.experiment.Arm;

/**
 * Descriptions of tests, arms and shares in plain words, which can be understood without the
 * legend.
 */
final class Phrases {
  private Phrases() {}

  /**
   * Returns a description of a test, such as {@code reading a prompt of 128 tokens} or {@code
   * decoding with 8,192 tokens in the cache}.
   */
  static String test(String name) {
    TestName test = TestName.parse(name);
    if (test.tokens() == 0) {
      return LoadTest.of(name)
          .map(load -> Numbers.count(load.concurrency(), "request") + " at a time")
          .orElse(name);
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

  /**
   * Returns a description of an arm's layout, such as {@code one process of 2 threads} or {@code 2
   * processes of 1 thread}.
   */
  static String layout(Arm arm) {
    String threads = Numbers.count(arm.threads(), "thread");
    if (arm.ranks() == 1) {
      return "one process of " + threads;
    }
    return arm.transport().equals("inprocess")
        ? "%d ranks of %s in one process".formatted(arm.ranks(), threads)
        : "%d processes of %s".formatted(arm.ranks(), threads);
  }

  /** Returns the full name of a transport. */
  static String transport(String name) {
    return switch (name) {
      case "native" -> "native MPI";
      case "mpj" -> "MPJ Express";
      default -> name;
    };
  }

  /** Returns a share in whole percent. */
  static String percent(double share) {
    return Math.round(100 * share) + " %";
  }

  /**
   * Returns a range of differences in speed, such as {@code 2 to 8 % slower}, {@code 3 % faster to
   * 5 % slower} or {@code as fast}.
   *
   * @param least smallest share by which something is slower; negative if it is faster
   * @param most largest share by which it is slower
   */
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

  /** Returns a list in words: {@code a}, {@code a and b}, {@code a, b and c}. */
  static String and(List<String> names) {
    int last = names.size() - 1;
    return last <= 0
        ? String.join("", names)
        : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
  }

  /** Returns a range such as {@code 1.82 to 1.87}, or one number if both are written alike. */
  static String range(double low, double high) {
    String from = Numbers.of(low);
    String to = Numbers.of(high);
    return from.equals(to) ? from : from + " to " + to;
  }

  /** Returns a number with commas between thousands. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Returns a text with its first letter as a capital. */
  static String sentence(String text) {
    return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }
}
