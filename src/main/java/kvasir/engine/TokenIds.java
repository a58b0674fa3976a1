package kvasir.engine;

import java.util.ArrayList;
import java.util.List;
import kvasir.error.UserError;
import kvasir.model.ModelConfig;

/** Token ids as a user writes them, and the checks that every sequence of ids must pass. */
public final class TokenIds {
  private TokenIds() {}

  /** Reads {@code 1,2,3}. */
  public static int[] parse(String text) {
    List<Integer> ids = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      try {
        ids.add(Integer.parseInt(part.strip()));
      } catch (NumberFormatException e) {
        throw new UserError("--tokens", "'" + part + "' is no token id", "give ids like 1,2,3", e);
      }
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Refuses what the model cannot take. */
  public static int[] check(String option, int[] ids, ModelConfig config) {
    if (ids.length == 0) {
      throw new UserError(option, "the prompt is empty", "give at least one token");
    }
    requireKnown(option, ids, config);
    if (ids.length > config.maxPositions()) {
      throw new UserError(
          option,
          "the prompt has "
              + ids.length
              + " tokens, "
              + (ids.length - config.maxPositions())
              + " more than the model's context of "
              + config.maxPositions(),
          "shorten it");
    }
    return ids;
  }

  /** Refuses ids that the model has no embedding for. */
  public static void requireKnown(String option, int[] ids, ModelConfig config) {
    for (int id : ids) {
      if (id < 0 || id >= config.vocabulary()) {
        throw new UserError(
            option,
            "token id " + id + " is outside the vocabulary",
            "use ids from 0 to " + (config.vocabulary() - 1));
      }
    }
  }
}
