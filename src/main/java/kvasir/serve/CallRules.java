package kvasir.serve;

import java.util.Set;
import kvasir.text.CallForm;

/**
 * Rules by which calls of tools are found in an answer.
 *
 * @param form form in which the model writes calls
 * @param tools names of the tools
 * @param limit largest number of calls; the answer ends behind the last one
 * @param forced whether the answer consists of calls alone
 * @param prefix beginning of the answer that the prompt ends with
 */
record CallRules(CallForm form, Set<String> tools, int limit, boolean forced, String prefix) {
  CallRules {
    tools = Set.copyOf(tools);
  }

  /** Returns whether a call may have this name. */
  boolean allows(String name) {
    // Behind a mark a call of an unknown tool is still a call, which clients can answer.
    return !name.isEmpty() && (!form.markMayBeMissing() || tools.contains(name));
  }
}
