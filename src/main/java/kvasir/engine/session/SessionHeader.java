package kvasir.engine.session;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import kvasir.attention.AttentionKind;
import kvasir.error.UserError;
import kvasir.tensor.DType;
import kvasir.weights.ModelHash;

/**
 * Everything that decides a session's tokens. Ranks, threads, transport and kernels do not.
 *
 * @param version of Kvasir
 * @param model its {@link ModelHash}
 * @param prompt ids
 */
public record SessionHeader(
    String version,
    String model,
    int[] prompt,
    TokenChoice choice,
    DType kvType,
    AttentionKind attention,
    int blockTokens,
    int shards) {

  /**
   * Refuses a run that would give other tokens than this session, by the name of what differs.
   *
   * @param where the session's file
   * @param given whether the user has given an option; what is not given is the session's own,
   *     where it does not shape the cache
   */
  public void requireSame(String where, SessionHeader run, Predicate<String> given) {
    require(where, "kvasir " + version, "kvasir " + run.version);
    if (!model.equals(run.model)) {
      throw differs(where, "with another model");
    }
    if (!Arrays.equals(prompt, run.prompt)) {
      throw differs(where, "with another prompt");
    }
    Map<String, Object> asked = run.inherited();
    inherited()
        .forEach(
            (option, value) -> {
              if (given.test(option)) {
                require(where, option + " " + value, option + " " + asked.get(option));
              }
            });
    Map<String, Object> shape = run.shape();
    shape()
        .forEach(
            (option, value) ->
                require(where, option + " " + value, option + " " + shape.get(option)));
  }

  private static void require(String where, String begun, String now) {
    if (!begun.equals(now)) {
      throw differs(where, "with " + begun + ", not " + now);
    }
  }

  private static UserError differs(String where, String how) {
    return new UserError(where, "was begun " + how, "ask for the same, or name a new session");
  }

  /** What a run takes from the session unless it is told, by option. */
  private Map<String, Object> inherited() {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("--temperature", choice.sampling().temperature());
    options.put("--top-k", choice.sampling().topK());
    options.put("--top-p", choice.sampling().topP());
    options.put("--min-p", choice.sampling().minP());
    options.put("--seed", choice.sampling().seed());
    options.put("--stop", choice.stops());
    options.put("--ignore-eos", choice.ignoreEos());
    return options;
  }

  private Map<String, Object> shape() {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("--kv-type", kvType);
    options.put("--attention", attention);
    options.put("--block-size", blockTokens);
    options.put("--shards", shards);
    return options;
  }
}
