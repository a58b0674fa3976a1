package kvasir.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Optional;
import kvasir.engine.batch.BlockAttention;
import kvasir.file.Json;
import kvasir.text.Tokenizer;

/** Attention of one choice by block, while its tokens arrive. Used by one thread at a time. */
final class ChoiceAttention {
  /** Name of the field in requests and in choices. */
  static final String FIELD = "kvasir_attention";

  /** Shares are statistics, of which no more digits are of use. */
  private static final double DIGITS = 1e6;

  private int[] ids;
  private int count;
  private Optional<BlockAttention> next = Optional.empty();
  private Optional<BlockAttention> sum = Optional.empty();

  /** Creates the attention of a choice without tokens. */
  ChoiceAttention(int[] prompt) {
    ids = Arrays.copyOf(prompt, prompt.length + 16);
    count = prompt.length;
  }

  /** Takes the attention of the next token. */
  void next(BlockAttention attention) {
    next = Optional.of(attention);
  }

  /** Adds the next token, which is one of the answer. */
  void add(int id) {
    if (count == ids.length) {
      ids = Arrays.copyOf(ids, 2 * count);
    }
    ids[count++] = id;
    next.ifPresent(now -> sum = Optional.of(sum.map(before -> before.plus(now)).orElse(now)));
  }

  /** Returns the attention as JSON; empty if there is no token. */
  Optional<ObjectNode> json(Tokenizer tokenizer) {
    return sum.map(attention -> json(attention, tokenizer));
  }

  private ObjectNode json(BlockAttention attention, Tokenizer tokenizer) {
    ObjectNode node = Json.object();
    node.put("tokens", attention.tokens()).put("block_tokens", attention.blockTokens());
    ArrayNode blocks = node.putArray("blocks");
    for (int block = 0; block < attention.ranks().length; block++) {
      int from = Math.min(count, block * attention.blockTokens());
      int to = Math.min(count, from + attention.blockTokens());
      blocks
          .addObject()
          .put("rank", attention.ranks()[block])
          .put("share", Math.round(attention.share(block) * DIGITS) / DIGITS)
          .put("text", tokenizer.decode(Arrays.copyOfRange(ids, from, to)));
    }
    return node;
  }
}
