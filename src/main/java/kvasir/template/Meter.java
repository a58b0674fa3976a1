package kvasir.template;

import java.util.function.Supplier;

/**
 * Account of the work of one rendering, which all operations on its values charge. Not thread-safe;
 * each rendering has its own.
 */
final class Meter {
  private static final ScopedValue<Meter> CURRENT = ScopedValue.newInstance();
  private static final int CHARACTERS_A_STEP = 4;
  private static final int SHORT_NEEDLE = 64;

  private final Limits limits;
  private long steps;
  private int depth;

  Meter(Limits limits) {
    this.limits = limits;
  }

  /** Returns the result of a computation whose work is charged to this account. */
  <T> T account(Supplier<T> computation) {
    return ScopedValue.where(CURRENT, this).call(computation::get);
  }

  /**
   * Charges the rendering of this thread; nothing outside of one.
   *
   * @throws TemplateError if the limit is reached
   */
  static void spend(long steps) {
    if (CURRENT.isBound()) {
      CURRENT.get().work(steps);
    }
  }

  /** Charges an operation on the characters of a text. */
  static void spendText(long characters) {
    spend(1 + characters / CHARACTERS_A_STEP);
  }

  /** Charges the search of a text in another one. */
  static void spendSearch(int characters, int searched) {
    long needle = searched <= SHORT_NEEDLE ? 1 : searched / (SHORT_NEEDLE / CHARACTERS_A_STEP);
    spendText(characters * needle);
  }

  void work(long count) {
    steps += count;
    if (steps > limits.steps()) {
      throw TemplateError.limit("the template takes more than " + limits.steps() + " steps");
    }
  }

  /** Begins a nested part. */
  void enter() {
    work(1);
    if (++depth > limits.depth()) {
      throw TemplateError.limit("the template is nested or calls itself too deep");
    }
  }

  /** Ends a nested part. */
  void leave() {
    depth--;
  }

  /** Returns the largest number of characters of the rendered text. */
  int output() {
    return limits.output();
  }
}
