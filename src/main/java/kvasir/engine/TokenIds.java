package kvasir.engine;

import java.util.ArrayList;
import java.util.List;
import kvasir.error.UserError;
import kvasir.model.ModelConfig;

/** Reader of token ids that a user has written, and checks of sequences of ids. */
public final class TokenIds {
  private TokenIds() {}

  /** Returns the ids in a text such as {@code 1,2,3}. */
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

  /**
   * Returns {@code ids}; throws a {@link UserError} if they are empty, unknown or longer than the
   * model's context.
   */
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

  /** Throws a {@link UserError} if the model has no embedding for an id. */
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
