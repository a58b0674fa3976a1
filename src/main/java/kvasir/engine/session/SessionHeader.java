package kvasir.engine.session;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import kvasir.attention.AttentionKind;
import kvasir.engine.KvTypeReader;
import kvasir.error.UserError;
import kvasir.tensor.StorageFormat;
import kvasir.weights.ModelHash;

/**
 * Everything that decides the tokens of a session. Ranks, threads, transport and kernels are not
 * part of it.
 *
 * @param version the version of Kvasir that began the session
 * @param model the model's {@link ModelHash}
 * @param prompt ids of the prompt
 * @param blockTokens number of tokens in a KV block
 * @param shards number of leaves of the merge tree
 */
public record SessionHeader(
    String version,
    String model,
    int[] prompt,
    TokenChoice choice,
    @JsonDeserialize(using = KvTypeReader.class) StorageFormat kvType,
    AttentionKind attention,
    int blockTokens,
    int shards) {

  /**
   * Throws a {@link UserError} that names the difference if a run would generate other tokens than
   * this session.
   *
   * @param where name of the session file in errors
   * @param run the header that the run would begin a session with
   * @param given tests if the user has given an option. Other options are taken from the session,
   *     except those that decide the shape of the cache: they are always compared
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

  /**
   * Returns the values, by option, that a run takes from the session if the user does not give
   * them.
   */
  private Map<String, Object> inherited() {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("--temperature", choice.sampling().temperature());
    options.put("--top-k", choice.sampling().topK());
    options.put("--top-p", choice.sampling().topP());
    options.put("--min-p", choice.sampling().minP());
    options.put("--seed", choice.sampling().seed());
    options.put("--repetition-penalty", choice.sampling().penalties().repetition());
    options.put("--frequency-penalty", choice.sampling().penalties().frequency());
    options.put("--presence-penalty", choice.sampling().penalties().presence());
    options.put("--logit-bias", choice.sampling().logitBias());
    options.put("--stop", choice.stops());
    options.put("--ignore-eos", choice.ignoreEos());
    return options;
  }

  /** Returns the values, by option, that decide the shape and the bits of the cache. */
  private Map<String, Object> shape() {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("--kv-type", kvType);
    options.put("--attention", attention);
    options.put("--block-size", blockTokens);
    options.put("--shards", shards);
    return options;
  }
}
