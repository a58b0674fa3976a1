package kvasir.experiment.report;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a test's name says; see {@link kvasir.bench.BenchTest#name}.
 *
 * @param prompt whether it measures a prompt; otherwise tokens generated one by one
 * @param tokens of the prompt, or to generate
 * @param depth tokens in the cache before
 */
record TestName(boolean prompt, int tokens, int depth) {
  private static final Pattern FORM = Pattern.compile("(pp|tg)(\\d{1,9})(?: @ d(\\d{1,9}))?");

  /** Zeros where the name has another form. */
  static TestName parse(String name) {
    Matcher form = FORM.matcher(name);
    if (!form.matches()) {
      return new TestName(false, 0, 0);
    }
    int depth = form.group(3) == null ? 0 : Integer.parseInt(form.group(3));
    return new TestName(form.group(1).equals("pp"), Integer.parseInt(form.group(2)), depth);
  }

  /** Tokens that attention reads at the end of a prompt, or before the first generated token. */
  int length() {
    return prompt ? tokens + depth : depth;
  }

  /** Without the depth. */
  String base() {
    return (prompt ? "pp" : "tg") + tokens;
  }
}
